"""The judge of payloads says where one differs from Slack's types, and knows which ones look alike to them."""

from pathlib import Path
from typing import Any

from bot.slack.views import blocks as kit
from tests.support.payloads import Court, complaints, shape

Json = dict[str, Any]


def message(*elements: Json) -> Json:
    return {"text": "x", "blocks": [{"type": "actions", "elements": list(elements)}]}


def menu(kind: str = "plain_text", **more: Any) -> Json:
    return {
        "type": "overflow",
        "action_id": "m",
        "options": [{"text": {"type": kind, "text": "x"}, "value": "1"}],
        **more,
    }


def test_what_is_of_slacks_types_has_no_complaints() -> None:
    assert complaints("Message", message(menu())) == []


def test_a_complaint_names_the_place() -> None:
    at = "Message.blocks[0].elements[0]"
    assert complaints("Message", message(menu("mrkdwn"))) == [f"{at}.options[0].text.type: 'plain_text' was expected"]
    (misspelt,) = complaints("Message", message(menu(confirmation={})))
    assert misspelt.startswith(f"{at}: Additional properties are not allowed ('confirmation'")
    assert complaints("Submission", {"response_action": "close"})[0].startswith("Submission.response_action: 'close'")


def test_words_make_no_difference_and_kinds_do() -> None:
    assert shape(message(menu(), menu())) == shape(message(menu()) | {"text": "other words"})
    assert shape(message(menu("mrkdwn"))) != shape(message(menu()))
    assert shape(message({"type": "button", "style": "primary"})) != shape(message({"type": "button", "style": "loud"}))


def test_whoever_sends_the_same_again_hears_the_same(tmp_path: Path) -> None:
    court = Court(tmp_path)
    for _ in range(2):
        court.take("Message", message(menu("mrkdwn")))
        assert len(court.close()) == 1
        assert court.close() == []
    assert len(court.judged) == len(list(tmp_path.glob("Message-*.json"))) == 1


def test_every_menu_that_cards_and_forms_are_made_of_is_plain_text() -> None:
    choices = [("a", "First :tada:"), ("b", "*Second*")]
    blocks = [
        *kit.actions([kit.overflow(choices)], "buttons"),
        kit.menu("one", "One", choices, "b"),
        kit.checkboxes("some", "Some", choices, ["a"]),
    ]
    assert complaints("Modal", kit.modal("Form", blocks, id_="form", submit="Go")) == []

"""Block Kit is accepted and refused as Slack does, each refusal with the path to it."""

from typing import Any

import pytest

from bot.demo.slack.validate import problems, view_problems

Payload = dict[str, Any]


def plain(text: str) -> Payload:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Payload:
    return {"type": "mrkdwn", "text": text}


def section(text: str = "x", **more: Any) -> Payload:
    return {"type": "section", "text": mrkdwn(text), **more}


def actions(*elements: Payload) -> Payload:
    return {"type": "actions", "elements": list(elements)}


def button(text: str = "Claim", **more: Any) -> Payload:
    return {"type": "button", "action_id": "claim", "text": plain(text), **more}


def select(count: int) -> Payload:
    options = [{"text": plain(f"option {number}"), "value": str(number)} for number in range(count)]
    return {"type": "static_select", "action_id": "pick", "options": options}


def field(element: Payload) -> Payload:
    return {"type": "input", "label": plain("Field"), "element": {"action_id": "a", **element}}


def table(kind: str, rows: int, columns: int, **more: Any) -> Payload:
    return {"type": kind, "rows": [[{"type": "raw_text", "text": "x"}] * columns] * rows, **more}


def chart(points: int = 2, series: int = 1, **more: Any) -> Payload:
    categories = [f"c{number}" for number in range(points)]
    data = [{"label": label, "value": 1} for label in categories]
    lines = [{"name": f"s{number}", "data": data} for number in range(series)]
    drawn = {"type": "line", "series": lines, "axis_config": {"categories": categories}}
    return {"type": "data_visualization", "title": "Bugs", "chart": drawn | more}


def container(*children: Payload, **more: Any) -> Payload:
    return {"type": "container", "title": plain("Detail"), "child_blocks": list(children or [section()]), **more}


PREFORMATTED = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "Traceback …"}]}
RICH = {"type": "rich_text", "elements": [PREFORMATTED]}
CONFIRM = {
    "title": plain("Sure?"),
    "text": mrkdwn("It runs on production"),
    "confirm": plain("Run"),
    "deny": plain("No"),
}
IMAGE = {"type": "image", "image_url": "https://acme.example/x.png", "alt_text": "plot"}
ALERT = {"type": "alert", "text": mrkdwn("Careful"), "level": "warning"}
PLAN: Payload = {"type": "plan", "title": "Steps", "tasks": [{"task_id": "1", "title": "Look", "status": "pending"}]}
PIE = {
    "type": "data_visualization",
    "title": "Share",
    "chart": {"type": "pie", "segments": [{"label": "a", "value": 1}]},
}


@pytest.mark.parametrize(
    ("surface", "block"),
    [
        ("message", section("x" * 3_000, fields=[mrkdwn("x" * 2_000)] * 10, accessory=button())),
        ("message", {"type": "header", "text": plain("x" * 150)}),
        ("message", actions(*[button(action_id=str(number)) for number in range(25)])),
        ("message", actions(button("x" * 75, value="x" * 2_000, style="danger", confirm=CONFIRM))),
        ("message", actions(select(100))),
        ("message", {"type": "context", "elements": [mrkdwn("x"), IMAGE] * 5}),
        ("message", RICH),
        ("message", IMAGE),
        ("message", {"type": "markdown", "text": "x" * 12_000}),
        ("message", table("table", 100, 20)),
        ("message", table("data_table", 201, 20, caption="Bugs")),
        ("message", chart(20, 12)),
        ("message", PIE),
        ("message", container(section(), RICH, is_collapsible=True, default_collapsed=True)),
        ("message", {"type": "card", "title": mrkdwn("x" * 150), "body": mrkdwn("x" * 200), "actions": [button()]}),
        ("message", PLAN),
        ("modal", ALERT),
        ("modal", field({"type": "plain_text_input", "multiline": True, "max_length": 3_000})),
        ("modal", field({"type": "number_input", "is_decimal_allowed": False})),
        ("home", chart()),
    ],
)
def test_what_slack_takes_is_taken(surface: str, block: Payload) -> None:
    assert problems([block], surface) == []


@pytest.mark.parametrize(
    ("surface", "block", "said"),
    [
        ("message", section("x" * 3_001), "blocks[0].text.text: must have 1 to 3000 characters, has 3001"),
        ("message", section(""), "blocks[0].text.text: must have 1 to 3000 characters, has 0"),
        ("message", {"type": "section"}, "blocks[0]: needs text or fields"),
        ("message", section(fields=[mrkdwn("x")] * 11), "blocks[0].fields: must have 1 to 10 items, has 11"),
        ("message", section(fields=[mrkdwn("x" * 2_001)]), "blocks[0].fields[0].text"),
        ("message", section(colour="red"), "blocks[0]: has no property 'colour'"),
        ("message", section(block_id="x" * 256), "blocks[0].block_id"),
        ("message", {"type": "header", "text": mrkdwn("x")}, "type must be plain_text, is 'mrkdwn'"),
        ("message", {"type": "header", "text": plain("x" * 151)}, "1 to 150 characters"),
        ("message", actions(*[button(action_id=str(number)) for number in range(26)]), "1 to 25 items"),
        ("message", actions(button(), button()), "action_id must be unique, repeated: claim"),
        ("message", actions(button("x" * 76)), "1 to 75 characters"),
        ("message", actions(button(value="x" * 2_001)), "0 to 2000 characters"),
        ("message", actions(button(style="loud")), "must be one of danger, primary"),
        ("message", actions(button(confirm=CONFIRM | {"title": plain("x" * 101)})), "1 to 100 characters"),
        ("message", actions(button(action_id="x" * 256)), "elements[0].action_id"),
        ("message", actions({"type": "plain_text_input"}), "an element of type 'plain_text_input' does not go here"),
        ("message", actions(select(101)), "1 to 100 items"),
        (
            "message",
            actions(select(2) | {"initial_option": {"text": plain("x"), "value": "9"}}),
            "must be one of the options",
        ),
        ("message", actions({"type": "overflow", "action_id": "m", "options": select(6)["options"]}), "1 to 5 items"),
        (
            "message",
            actions({"type": "checkboxes", "action_id": "m", "options": select(11)["options"]}),
            "1 to 10 items",
        ),
        ("message", {"type": "context", "elements": [mrkdwn("x")] * 11}, "1 to 10 items"),
        ("message", {"type": "markdown", "text": "x" * 12_001}, "1 to 12000 characters"),
        ("message", IMAGE | {"alt_text": ""}, "blocks[0].alt_text"),
        ("message", {"type": "image", "alt_text": "x"}, "needs either image_url or slack_file"),
        ("message", table("table", 101, 1), "1 to 100 items"),
        ("message", table("table", 1, 21), "1 to 20 items"),
        ("message", table("data_table", 1, 1, caption="x"), "2 to 201 items"),
        ("message", table("data_table", 2, 1), "blocks[0].caption: must be a string"),
        ("message", chart(21), "1 to 20 items"),
        ("message", chart(2, 13), "1 to 12 items"),
        ("message", chart(axis_config={"categories": ["c0"]}), "exactly one point for every category"),
        ("message", chart(type="donut"), "must be one of area, bar, line, pie"),
        ("message", container(*[section()] * 11), "1 to 10 items"),
        ("message", container(container()), "a container block is not supported here"),
        ("message", container(default_collapsed=True), "default_collapsed requires is_collapsible"),
        ("message", {"type": "card"}, "needs one of hero_image, title, body or actions"),
        ("message", {"type": "task_card", "task_id": "1", "title": "x", "status": "pending"}, "only a plan's tasks"),
        ("message", PLAN | {"tasks": PLAN["tasks"] * 2}, "task_id must be unique"),
        ("message", ALERT, "a alert block is not supported here"),
        ("message", {"type": "banner"}, "there is no block of type 'banner'"),
        ("message", RICH | {"elements": [{"type": "rich_text_table"}]}, "elements[0].type"),
        ("modal", table("table", 1, 1), "a table block is not supported here"),
        ("modal", ALERT | {"text": mrkdwn("x" * 201)}, "1 to 200 characters"),
        ("modal", field({"type": "plain_text_input", "max_length": 3_001}), "element.max_length"),
        ("modal", field({"type": "number_input"}), "is_decimal_allowed: must be true or false"),
        ("home", {"type": "markdown", "text": "x"}, "a markdown block is not supported here"),
    ],
)
def test_what_slack_refuses_is_refused_with_the_place(surface: str, block: Payload, said: str) -> None:
    assert said in "\n".join(problems([block], surface))


def test_blocks_together_have_limits_too() -> None:
    assert "must have 0 to 50 items, has 51" in problems([section()] * 51, "message")[0]
    assert problems([section()] * 100, "modal") == []
    assert "block_id must be unique, repeated: a" in problems([section(block_id="a")] * 2, "message")[0]
    assert "at most 2 data_visualization blocks, not 3" in problems([chart()] * 3, "message")[0]
    markdown = {"type": "markdown", "text": "x" * 6_001}
    assert "markdown of all blocks" in problems([markdown] * 2, "message")[0]
    assert problems("text", "message") == ["blocks: must be a list"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": plain("x" * 25)}, "view.title.text: must have 1 to 24 characters"),
        ({"submit": plain("x" * 25)}, "view.submit.text"),
        ({"private_metadata": "x" * 3_001}, "view.private_metadata: must have 0 to 3000 characters"),
        ({"callback_id": "x" * 256}, "view.callback_id"),
        ({"footer": plain("x")}, "view: has no property 'footer'"),
        ({"type": "popup"}, "view.type: must be one of home, modal"),
        ({"blocks": [field({"type": "plain_text_input"})]}, "view.submit: is required when there is an input block"),
        ({"blocks": [section()] * 101}, "blocks: must have 0 to 100 items"),
    ],
)
def test_views_have_limits_of_their_own(change: Payload, said: str) -> None:
    view = {"type": "modal", "title": plain("Fix"), "blocks": [section()]}
    assert view_problems(view) == []
    assert said in "\n".join(view_problems(view | change))

"""Errors named in Slack messages of other apps, whatever those look like."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.adapters.mentions import alert_from_message, links_in, read_links
from bot.bug.values import Alert, AlertKind, AlertLink, Severity
from tests.unit.trackers.deliveries import beside

BUG = "https://app.bugsnag.com/nordlicht/menu-maker/errors/6b10000000000000000000f1?event_id=6b10000000000000000000e1&i=sk&m=nw"


def only(message: Mapping[str, Any]) -> tuple[AlertLink, Alert]:
    (link,) = links_in(message)
    return link, alert_from_message(message, link)


def test_bugsnags_old_sentence_tells_nearly_all() -> None:
    link, alert = only(beside("slack/bugsnag-legacy.json"))
    assert (link.source, link.group, link.event) == ("bugsnag", "6b10000000000000000000f1", "6b10000000000000000000e1")
    assert link.url == BUG
    assert (alert.title, alert.message) == ("ErrorException: Undefined index: crud", "Undefined index: crud")
    assert (alert.stage, alert.project, alert.context) == ("production", "Menu Maker", "POST /cruds/generate")
    assert (alert.kind, alert.severity) == (AlertKind.OCCURRED, Severity.ERROR)
    assert alert.frames == ("app/Crud.php:34 generate",)
    assert alert.at is not None
    assert alert.at.year == 2026


def test_a_message_with_nothing_but_an_attachment_is_read_too() -> None:
    link, alert = only(beside("slack/bugsnag-attachment-only.json"))
    assert link.group == "6b10000000000000000000f1"
    assert (alert.title, alert.stage) == ("ErrorException: Undefined index: crud", "production")


def test_sentrys_blocks_name_the_issue_in_a_blocks_id_and_in_a_link_and_it_is_one() -> None:
    link, alert = only(beside("slack/sentry-blocks.json"))
    assert (link.source, link.group) == ("sentry", "5550042")
    assert link.url.startswith("https://nordlicht.sentry.io/issues/5550042/?referrer=slack&alert_rule_id=77")
    assert (alert.title, alert.message) == ("ValueError: currency missing", "currency missing for order 9001")
    assert (alert.context, alert.project, alert.stage) == ("checkout.pay", "shop", "production")
    assert alert.severity is Severity.ERROR


def test_of_a_block_and_a_link_the_link_tells_more_and_is_taken() -> None:
    message = beside("slack/sentry-blocks.json")
    message["blocks"][0]["text"]["text"] = (
        "<https://sentry.io/nordlicht/shop/issues/5550042|*ValueError: currency missing*>"
    )
    (link,) = links_in(message)
    assert link.project == "shop"


def test_a_sentry_on_any_host_is_known_by_its_block() -> None:
    message = beside("slack/sentry-blocks.json")
    message["blocks"][0]["text"]["text"] = (
        "<https://errors.nordlicht.example/issues/5550042/|*ValueError: currency missing*>"
    )
    link, alert = only(message)
    assert link.url == "https://errors.nordlicht.example/issues/5550042/"
    assert alert.title == "ValueError: currency missing"


def test_rollbars_title_is_on_its_link() -> None:
    link, alert = only(beside("slack/rollbar.json"))
    assert link.group == "acme/shop/42"
    assert alert.title == "#42 New error: ValueError: currency missing"


def test_two_errors_in_one_message_are_two() -> None:
    message = beside("slack/two-errors-rich-text.json")
    first, second = links_in(message)
    assert (first.source, second.source) == ("honeybadger", "sentry")
    assert alert_from_message(message, first).title == "RecordNotFound in menus"


def test_each_of_two_attachments_speaks_for_its_own_error() -> None:
    other = BUG.replace("f1?", "f2?")
    rows = [
        {"title": "First: broke", "title_link": BUG, "color": "E45F58"},
        {"title": "Second: broke", "title_link": other, "color": "FD9149"},
    ]
    message = {"text": "", "attachments": rows}
    alerts = [alert_from_message(message, link) for link in links_in(message)]
    assert [(alert.title, alert.severity) for alert in alerts] == [
        ("First: broke", Severity.ERROR),
        ("Second: broke", Severity.WARNING),
    ]


ESCAPED = BUG.replace("&", "&amp;")
PLACES: dict[str, dict[str, Any]] = {
    "text": {"text": f"look: <{ESCAPED}|here>"},
    "bare text": {"text": f"look ({ESCAPED})."},
    "attachment text": {"attachments": [{"text": f"<{ESCAPED}>"}]},
    "title link": {"attachments": [{"title": "Boom", "title_link": BUG}]},
    "fallback": {"attachments": [{"fallback": ESCAPED}]},
    "pretext": {"attachments": [{"pretext": f"<{ESCAPED}|Boom>"}]},
    "from url": {"attachments": [{"from_url": BUG}]},
    "field": {"attachments": [{"fields": [{"title": "Where", "value": f"<{ESCAPED}|x>"}]}]},
    "action": {"attachments": [{"actions": [{"type": "button", "url": BUG}]}]},
    "blocks in an attachment": {
        "attachments": [{"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": f"<{ESCAPED}|x>"}}]}]
    },
    "button": {"blocks": [{"type": "actions", "elements": [{"type": "button", "url": BUG}]}]},
    "section field": {
        "blocks": [{"type": "section", "fields": [{"type": "mrkdwn", "text": f"*Error*\n<{ESCAPED}|x>"}]}]
    },
    "rich text": {
        "blocks": [
            {
                "type": "rich_text",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "link", "url": BUG}]}],
            }
        ]
    },
}


@pytest.mark.parametrize("message", PLACES.values(), ids=PLACES)
def test_a_link_is_found_wherever_slack_shows_one(message: dict[str, Any]) -> None:
    (link,) = links_in(message)
    assert (link.group, link.event) == ("6b10000000000000000000f1", "6b10000000000000000000e1")


def test_one_error_linked_five_times_is_one() -> None:
    merged = {"text": f"{ESCAPED} {ESCAPED}", "attachments": [PLACES["title link"]["attachments"][0]] * 3}
    assert len(links_in(merged)) == 1


@pytest.mark.parametrize(
    "message",
    [{}, {"text": None}, {"text": 7, "blocks": {"a": [None]}}, {"attachments": "no"}, {"text": "good morning"}],
)
def test_a_message_without_an_error_names_none(message: dict[str, Any]) -> None:
    assert links_in(message) == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("*Tomás* marked <https://nordlicht.sentry.io/issues/5550042/|SHOP-2A> as resolved", AlertKind.RESOLVED),
        ("Error marked as fixed by Tomás in production from <https://x.example|Shop> in /cart", AlertKind.RESOLVED),
        ("Fixed error re-occurred in production from <https://x.example|Shop> in /cart", AlertKind.REOPENED),
        ("Comment on error in production from <https://x.example|Shop> in /cart", AlertKind.COMMENTED),
        ("ModuleError: could not be resolved", AlertKind.OCCURRED),
        ("New error in production from <https://x.example|Shop> in could not be marked as fixed", AlertKind.OCCURRED),
    ],
)
def test_what_happened_is_told_by_how_the_message_begins_never_by_the_errors_own_words(
    text: str, kind: AlertKind
) -> None:
    assert alert_from_message({"text": text}, AlertLink(source="bugsnag", group="1")).kind is kind


def test_a_message_that_says_nothing_still_has_a_title() -> None:
    alert = alert_from_message({"text": f"<{ESCAPED}|(details)>"}, AlertLink(source="bugsnag", group="f1", url=BUG))
    assert alert.title == "Bugsnag error f1"


def test_an_address_keeps_what_only_looks_like_html() -> None:
    (link,) = read_links([BUG + "&copy=1&lt=2"])
    assert link.url.endswith("&copy=1&lt=2")


def test_a_message_nested_without_end_is_read_without_a_fall() -> None:
    nested: dict[str, Any] = {"text": ESCAPED}
    for _ in range(5_000):
        nested = {"elements": [nested]}
    assert len(links_in({"blocks": [nested]})) == 1


@pytest.mark.parametrize("word", ["sentry.", "bugsnag.", "a/b/", "rollbar.com/a/", "honeybadger."])
def test_a_long_address_that_nearly_fits_is_no_link(word: str) -> None:
    assert links_in({"text": "https://" + word * 1_400 + "/issues/"}) == ()

"""GlitchTip's webhook in its three forms, told as stories."""

import pytest

from bot.adapters.registry import TRACKERS
from bot.bug.errors import UnknownKind, Unreadable
from bot.bug.values import AlertKind, Severity
from tests.unit.trackers.deliveries import hook, load, one, parse


def test_an_issue_in_slacks_form() -> None:
    alert = one("glitchtip/alert.json")
    assert (alert.title, alert.message) == ("ZeroDivisionError: division by zero", "division by zero")
    assert (alert.context, alert.project, alert.stage) == ("shop.cart in total", "shop", "production")
    assert (alert.release, alert.severity, alert.facts) == ("2026.10.1", Severity.ERROR, {"server name": "web-3"})


@pytest.mark.parametrize(
    ("form", "title"), [("discord", "TypeError: x is undefined"), ("google-chat", "RangeError: too long")]
)
def test_the_forms_for_other_chats_say_the_same(form: str, title: str) -> None:
    alert = one(f"glitchtip/{form}.json")
    assert (alert.title, alert.project, alert.stage) == (title, "shop", "production")
    assert alert.context == "cart.js in add"
    assert alert.group.startswith("errors.example.com/issues/")


def test_an_issue_is_known_by_its_address_however_it_is_written() -> None:
    body = load("glitchtip/alert.json")
    first = body["attachments"][0]["title_link"]
    body["attachments"][0]["title_link"] = first.replace("errors.example.com", "ERRORS.example.com") + "?from=mail"
    assert one("glitchtip/alert.json").group == TRACKERS.find("glitchtip").parse(hook(body), {})[0].group


def test_a_site_that_is_down_comes_up_again() -> None:
    down, up = one("glitchtip/site-down.json"), one("glitchtip/site-up.json")
    assert (down.kind, up.kind) == (AlertKind.OCCURRED, AlertKind.RESOLVED)
    assert down.group == up.group
    assert down.title == "Front page is down"


def test_an_address_given_to_sentry_reads_it_as_well() -> None:
    assert TRACKERS.find("sentry").parse(hook(load("glitchtip/alert.json")), {}) == parse("glitchtip/alert.json")


def test_a_link_names_the_same_issue_where_the_host_says_what_it_is() -> None:
    found = TRACKERS.find("glitchtip").link("https://app.glitchtip.com/acme/issues/4711?project=1")
    assert found is not None
    assert found.group == "app.glitchtip.com/issues/4711"
    assert TRACKERS.find("glitchtip").link("https://github.com/acme/shop/issues/4711") is None


def test_an_alert_without_any_issue_is_shown_to_people() -> None:
    with pytest.raises(UnknownKind, match="GlitchTip Alert"):
        parse("glitchtip/alert.json", attachments=[])


def test_somebody_elses_message_for_slack_is_refused() -> None:
    with pytest.raises(Unreadable, match="no GlitchTip webhook"):
        TRACKERS.find("glitchtip").parse(hook({"text": "Deployed", "attachments": [{"title": "x"}]}), {})

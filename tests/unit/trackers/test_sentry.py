"""Sentry's webhooks, told as stories."""

import pytest

from bot.adapters.registry import TRACKERS
from bot.bug.errors import UnknownKind, Unreadable
from bot.bug.values import AlertKind, CustomerHint, Severity
from tests.unit.trackers.deliveries import hook, load, one, parse


@pytest.mark.parametrize(("resource", "name"), [("event_alert", "event_alert"), ("error", "error")])
def test_an_alert_brings_the_error_its_page_and_who_was_hit(resource: str, name: str) -> None:
    alert = one(f"sentry/{name}.json", {"sentry-hook-resource": resource})
    assert (alert.kind, alert.title, alert.message) == (
        AlertKind.OCCURRED,
        "ValueError: currency missing",
        "currency missing",
    )
    assert (alert.group, alert.event) == ("5550042", "9f0c1d2e3f405162738495a6b7c8d9e0")
    assert (alert.project, alert.context, alert.release) == ("shop", "/checkout/pay", "shop@4.2.0")
    assert alert.severity is Severity.ERROR
    assert alert.page == "https://shop.example.com/checkout/pay"
    assert alert.customer == CustomerHint(id="u-311", name="ines", email="ines@bakery.example")


def test_the_stage_is_read_from_the_tags_where_it_stands_nowhere_else() -> None:
    assert one("sentry/event_alert.json").stage == "production"


def test_the_failing_frame_comes_first_though_sentry_sends_it_last() -> None:
    assert one("sentry/event_alert.json").frames == ("checkout/pay.py:112 charge", "checkout/views.py:20 post")


def test_the_failing_frame_survives_an_endless_recursion() -> None:
    event = load("sentry/event_alert.json")["data"]["event"]
    frames = [{"filename": "loop.py", "lineno": number, "function": "again"} for number in range(900)]
    event["exception"] = {"values": [{"stacktrace": {"frames": frames}}]}
    alert = one("sentry/event_alert.json", data={"event": event})
    assert alert.frames[0] == "loop.py:899 again"
    assert len(alert.frames) == 20


def test_extra_data_and_tags_are_facts() -> None:
    facts = one("sentry/event_alert.json").facts
    assert facts["extra.order.id"] == "9001"
    assert facts["tags.plan.name"] == "basic"


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("created", "occurred"),
        ("unresolved", "reopened"),
        ("resolved", "resolved"),
        ("archived", "ignored"),
    ],
)
def test_an_issue_goes_by_its_action(action: str, kind: str) -> None:
    alert = one(f"sentry/issue-{action}.json", {"sentry-hook-resource": "issue", "request-id": "r-1"})
    assert alert.kind == kind
    assert (alert.group, alert.event, alert.occurrences, alert.users) == ("5550042", "r-1", 14, 3)


def test_old_sentries_say_ignored_for_archived() -> None:
    assert one("sentry/issue-archived.json", action="ignored").kind is AlertKind.IGNORED


def test_who_resolved_it_is_told() -> None:
    assert one("sentry/issue-resolved.json").comment == "Tomás Lind"


def test_the_header_decides_what_a_body_is() -> None:
    body = load("sentry/event_alert.json")
    body["data"]["issue"] = load("sentry/issue-resolved.json")["data"]["issue"]
    body["action"] = "resolved"
    (alert,) = TRACKERS.find("sentry").parse(hook(body, {"sentry-hook-resource": "issue"}), {})
    assert alert.kind is AlertKind.RESOLVED


def test_a_comment_brings_its_words() -> None:
    alert = one("sentry/comment.json", {"sentry-hook-resource": "comment"})
    assert (alert.kind, alert.group, alert.comment) == (AlertKind.COMMENTED, "5550042", "Seen in the logs since 14:00")


@pytest.mark.parametrize("name", ["installation", "issue-assigned"])
def test_what_is_about_no_error_or_changes_none_is_left_out(name: str) -> None:
    assert parse(f"sentry/{name}.json") == ()


@pytest.mark.parametrize("resource", ["seer", "not-yet-invented"])
def test_a_resource_that_nobody_foresaw_is_named(resource: str) -> None:
    with pytest.raises(UnknownKind, match=resource):
        parse("sentry/event_alert.json", {"sentry-hook-resource": resource})


def test_a_metric_alert_is_one_bug_for_its_rule_and_is_over_when_sentry_says_so() -> None:
    begun, over = one("sentry/metric-critical.json"), one("sentry/metric-resolved.json")
    assert begun.group == over.group
    assert (begun.kind, over.kind) == (AlertKind.OCCURRED, AlertKind.RESOLVED)
    assert one("sentry/metric-warning.json").severity is Severity.WARNING


def test_a_metric_alert_says_tomorrows_word_for_its_state_aloud() -> None:
    with pytest.raises(UnknownKind, match="metric_alert flapping"):
        parse("sentry/metric-critical.json", action="flapping")


@pytest.mark.parametrize("address", ["https://sentry.io/api/0/issues/4711/", "https://acme.sentry.io/issues/4711/?a=1"])
def test_an_alert_without_an_issue_id_is_known_by_its_address(address: str) -> None:
    for name in ("issue_url", "web_url"):
        assert one("sentry/event_alert.json", data={"event": {"title": "boom", name: address}}).group == "4711"


def test_the_plugin_of_a_project_tells_of_the_same_issue_as_its_link() -> None:
    alert = one("sentry/plugin.json")
    assert alert.group == load("sentry/plugin.json")["id"]
    link = TRACKERS.find("sentry").link(alert.url)
    assert link is not None
    assert link.group == alert.group
    assert (alert.title, alert.context) == ("ZeroDivisionError: division by zero", "shop.cart in total")
    assert (alert.project, alert.stage, alert.severity) == ("shop", "production", Severity.ERROR)
    assert alert.customer.email.endswith("@studio.example")


def test_the_plugin_of_an_old_sentry_names_the_customer_too() -> None:
    assert one("sentry/old-plugin.json").customer.email == "ivy@garden.example"


def test_an_alert_without_an_issue_is_refused() -> None:
    with pytest.raises(Unreadable, match="issue_id is missing"):
        parse("sentry/event_alert.json", data={"event": {"title": "boom"}})


@pytest.mark.parametrize(
    ("url", "project", "event"),
    [
        ("https://nordlicht.sentry.io/issues/5550042/?referrer=slack", "", ""),
        (
            "https://sentry.io/organizations/nordlicht/issues/5550042/events/9f0c1d2e3f405162738495a6b7c8d9e0/",
            "",
            "9f0c1d2e3f405162738495a6b7c8d9e0",
        ),
        ("https://sentry.io/nordlicht/shop/issues/5550042", "shop", ""),
        ("https://sentry.nordlicht.example/organizations/nordlicht/issues/5550042/", "", ""),
    ],
)
def test_a_link_is_read_in_each_of_its_forms(url: str, project: str, event: str) -> None:
    found = TRACKERS.find("sentry").link(url)
    assert found is not None
    assert (found.group, found.project, found.event) == ("5550042", project, event)


@pytest.mark.parametrize(
    "url",
    [
        "https://sentry.io/api/0/issues/5550042/",
        "https://sentry.io/issues/?project=77",
        "https://docs.sentry.io/product/issues/",
    ],
)
def test_other_pages_are_no_issues(url: str) -> None:
    assert TRACKERS.find("sentry").link(url) is None

"""Honeybadger's webhooks, told as stories."""

import pytest

from bot.adapters.registry import TRACKERS
from bot.bug.errors import UnknownKind, Unreadable
from bot.bug.values import AlertKind, CustomerHint
from tests.unit.trackers.deliveries import hook, one, parse


@pytest.mark.parametrize("name", ["occurred", "occurred-v3"])
def test_a_fault_brings_its_notice(name: str) -> None:
    alert = one(f"honeybadger/{name}.json")
    assert (alert.kind, alert.group, alert.event) == (
        AlertKind.OCCURRED,
        "990077",
        "3c9d7b1e-5f20-4a36-8b47-c0ffee000001",
    )
    assert alert.title == "ActiveRecord::RecordNotFound: Couldn't find Menu with 'id'=13"
    assert (alert.context, alert.project, alert.stage, alert.occurrences) == ("menus#show", "Menus", "production", 12)
    assert (alert.page, alert.release) == ("https://menus.example.com/menus/13", "a1b2c3d")
    assert alert.customer == CustomerHint(id="311", email="ines@bakery.example")
    assert alert.frames == ("[PROJECT_ROOT]/app/controllers/menus_controller.rb:14 show",)
    assert alert.facts["request.params.id"] == "13"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("resolved", "resolved"), ("unresolved", "reopened"), ("commented", "commented")],
)
def test_what_a_colleague_does_is_told_with_the_name_or_the_words(name: str, kind: str) -> None:
    alert = one(f"honeybadger/{name}.json")
    assert alert.kind == kind
    assert alert.comment == ("Row 13 again" if name == "commented" else "Tomás Lind")
    assert alert.customer == CustomerHint()


@pytest.mark.parametrize("event", ["deployed", "rate_exceeded", "volume_spike", "cert_will_expire", "assigned"])
def test_what_names_no_fault_opens_nothing(event: str) -> None:
    assert parse("honeybadger/deployed.json", event=event) == ()


@pytest.mark.parametrize(
    ("bad", "well"),
    [("site-down", "site-up"), ("check-in-missing", "check-in-reporting"), ("alarm", "alarm-over")],
)
def test_what_honeybadger_watches_is_one_bug_and_resolved_when_it_is_well(bad: str, well: str) -> None:
    begun, over = one(f"honeybadger/{bad}.json"), one(f"honeybadger/{well}.json")
    assert begun.group == over.group
    assert (begun.kind, over.kind) == (AlertKind.OCCURRED, AlertKind.RESOLVED)


@pytest.mark.parametrize("event", ["down", "check_in_missing", "alarm_alert"])
def test_a_watch_that_names_nothing_is_refused_with_what_is_missing(event: str) -> None:
    with pytest.raises(Unreadable, match=r"\.id is missing"):
        parse("honeybadger/deployed.json", event=event)


def test_a_rate_warning_about_a_fault_is_no_new_bug() -> None:
    assert parse("honeybadger/occurred.json", event="rate_exceeded") == ()


def test_an_event_that_nobody_foresaw_is_named() -> None:
    with pytest.raises(UnknownKind, match="quota_reached"):
        parse("honeybadger/occurred.json", event="quota_reached")


def test_another_service_that_has_events_too_is_refused() -> None:
    with pytest.raises(Unreadable, match="no Honeybadger webhook"):
        TRACKERS.find("honeybadger").parse(hook({"event": "chat:start", "property": {"id": "1"}}), {})


def test_a_fault_without_an_id_is_refused() -> None:
    with pytest.raises(Unreadable, match=r"fault\.id is missing"):
        parse("honeybadger/occurred.json", fault={"klass": "RuntimeError"})


@pytest.mark.parametrize("host", ["app.honeybadger.io", "eu-app.honeybadger.io"])
def test_a_link_names_the_fault_and_the_notice(host: str) -> None:
    found = TRACKERS.find("honeybadger").link(
        f"https://{host}/projects/2201/faults/990077/3c9d7b1e-5f20-4a36-8b47-c0ffee000001"
    )
    assert found is not None
    assert (found.group, found.event, found.project) == ("990077", "3c9d7b1e-5f20-4a36-8b47-c0ffee000001", "2201")


def test_the_list_of_faults_is_no_fault() -> None:
    assert TRACKERS.find("honeybadger").link("https://app.honeybadger.io/projects/2201/faults") is None


def test_the_address_by_which_a_job_reports_stands_nowhere_for_slack_would_open_it_to_show_a_preview() -> None:
    alert = one("honeybadger/check-in-missing.json")
    assert "api.honeybadger.io" not in alert.to_json()
    assert alert.url == "https://app.honeybadger.io/projects/2201/check_ins"

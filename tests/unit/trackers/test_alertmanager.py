"""Alertmanager's and Grafana's webhooks, told as stories."""

import pytest

from bot.adapters.registry import TRACKERS
from bot.bug.errors import Unreadable
from bot.bug.values import AlertKind, Severity
from tests.unit.trackers.deliveries import hook, load, one, parse


def test_each_alert_of_a_delivery_is_one_of_its_own() -> None:
    first, second = parse("alertmanager/firing.json")
    assert (first.group, second.group) == ("aa11bb22cc33dd44", "aa11bb22cc33dd55")
    assert (first.context, second.context) == ("web1:9100", "web2:9100")
    assert (first.severity, second.severity) == (Severity.ERROR, Severity.WARNING)
    assert (first.project, first.stage) == ("shop", "production")


def test_a_title_says_what_it_is_and_which_one_and_what_is_wrong() -> None:
    first, second = parse("alertmanager/firing.json")
    assert first.title.startswith("Checkout answers 500 · web1:9100")
    assert first.title.endswith("7 % of requests in 5 minutes")
    assert first.title != second.title


@pytest.mark.parametrize("together", [True, False])
def test_alerts_of_one_rule_can_be_told_apart_whether_they_come_together_or_one_by_one(*, together: bool) -> None:
    labels = [
        {"alertname": "DiskFull", "severity": "page", "mount": mount, "instance": "db-1"} for mount in ("/", "/var")
    ]
    rows = [
        {"labels": mine, "annotations": {"summary": "A disk is full"}, "fingerprint": mine["mount"]} for mine in labels
    ]
    sent = [rows] if together else [[row] for row in rows]
    common = {"alertname": "DiskFull", "instance": "db-1"}
    read = [a.title for alerts in sent for a in parse("alertmanager/firing.json", alerts=alerts, commonLabels=common)]
    assert read == (
        ["A disk is full · /", "A disk is full · /var"]
        if together
        else ["A disk is full · db-1, /", "A disk is full · db-1, /var"]
    )


def test_nanoseconds_are_no_obstacle() -> None:
    alert, _ = parse("alertmanager/firing.json")
    assert alert.at is not None
    assert alert.at.isoformat() == "2026-11-03T14:01:22.512911+00:00"


def test_one_alert_may_be_over_while_another_still_fires() -> None:
    over, firing = parse("alertmanager/one-resolved.json")
    assert (over.kind, firing.kind) == (AlertKind.RESOLVED, AlertKind.OCCURRED)
    assert over.at is not None
    assert over.at.hour == 14
    assert over.at.minute == 20


def test_a_reminder_of_the_same_alert_is_the_same_event_and_its_end_is_another() -> None:
    first, _ = parse("alertmanager/firing.json")
    reminder, _ = parse("alertmanager/firing.json", groupKey="later")
    over, _ = parse("alertmanager/one-resolved.json")
    assert first.event == reminder.event == "2026-11-03T14:01:22.512911368Z"
    assert over.event == "2026-11-03T14:20:00Z"


def test_grafana_leads_to_its_panel_and_shows_the_values() -> None:
    alert = one("alertmanager/grafana-firing.json")
    assert alert.url == "https://grafana.example.com/d/abc?viewPanel=2"
    assert alert.facts["values.A"] == "7"


def test_an_alert_without_a_fingerprint_is_told_by_its_labels_in_any_order() -> None:
    body = load("alertmanager/grafana-firing.json")
    del body["alerts"][0]["fingerprint"]
    (first,) = TRACKERS.find("grafana").parse(hook(body), {})
    body["alerts"][0]["labels"] = dict(reversed(body["alerts"][0]["labels"].items()))
    (second,) = TRACKERS.find("grafana").parse(hook(body), {})
    assert first.group == second.group
    assert len(first.group) == 16


def test_one_senseless_alert_does_not_lose_the_others() -> None:
    body = load("alertmanager/firing.json")
    body["alerts"].insert(0, "what")
    assert len(TRACKERS.find("alertmanager").parse(hook(body), {})) == 2


def test_only_senseless_alerts_are_refused() -> None:
    with pytest.raises(Unreadable, match="fingerprint or labels"):
        parse("alertmanager/firing.json", alerts=[{}, 7])


def test_an_empty_list_of_alerts_is_refused() -> None:
    with pytest.raises(Unreadable, match="empty"):
        parse("alertmanager/firing.json", alerts=[])


def test_an_alert_of_an_unknown_status_is_better_opened_than_lost() -> None:
    alerts = [load("alertmanager/firing.json")["alerts"][0] | {"status": "pending"}]
    assert one("alertmanager/firing.json", alerts=alerts).kind is AlertKind.OCCURRED

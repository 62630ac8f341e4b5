"""Bugsnag's webhooks, told as stories."""

import pytest

from bot.adapters.registry import TRACKERS
from bot.bug.errors import UnknownKind, Unreadable
from bot.bug.values import AlertKind, CustomerHint, Severity
from tests.unit.trackers.deliveries import hook, load, one, parse


def test_a_new_error_arrives_with_all_that_a_developer_asks_first() -> None:
    alert = one("bugsnag/first-exception.json")
    assert (alert.kind, alert.title) == (AlertKind.OCCURRED, "ErrorException: Undefined index: crud")
    assert (alert.group, alert.event) == ("6b10000000000000000000f1", "6b10000000000000000000e1")
    assert (alert.context, alert.project, alert.stage, alert.release) == (
        "POST /cruds/generate",
        "Menu Maker",
        "production",
        "4.2.0",
    )
    assert (alert.severity, alert.occurrences, alert.users) == (Severity.ERROR, 12, 3)
    assert alert.page == "https://menus.example.com/cruds/generate?menu=13"
    assert alert.at is not None
    assert alert.at.isoformat() == "2026-11-03T14:01:22.512000+00:00"


def test_the_row_that_must_go_is_among_the_facts() -> None:
    facts = one("bugsnag/first-exception.json").facts
    assert facts["metaData.crud.id"] == "13"
    assert facts["metaData.crud.generated"] == "false"


def test_what_looks_like_a_secret_stays_with_the_tracker() -> None:
    facts = one("bugsnag/first-exception.json").facts
    assert facts["metaData.request.headers.Accept"] == "text/html"
    assert not any("Authorization" in name for name in facts)


def test_only_the_projects_own_frames_are_kept_and_line_numbers_may_be_text() -> None:
    assert one("bugsnag/first-exception.json").frames == (
        "app/Crud.php:34 generate",
        "app/Http/CrudController.php:71 store",
    )


def test_the_customer_is_who_was_hit_not_the_colleague_who_clicked() -> None:
    alert = one("bugsnag/fixed.json")
    assert alert.customer == CustomerHint(id="311", name="Ines Okafor", email="ines@bakery.example")
    assert alert.comment == "Tomás Lind"


def test_an_address_of_a_connection_is_no_customer() -> None:
    error = load("bugsnag/first-exception.json")["error"] | {"user": {"id": "198.51.100.7"}, "userId": "198.51.100.7"}
    assert one("bugsnag/first-exception.json", error=error).customer == CustomerHint()


def test_the_card_that_bugsnag_made_is_named_so_that_it_can_be_adopted() -> None:
    assert one("bugsnag/exception.json").card_url == "https://trello.com/c/Qx7invent"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("exception", "occurred"),
        ("reopened", "reopened"),
        ("fixed", "resolved"),
        ("snoozed", "snoozed"),
        ("comment", "commented"),
    ],
)
def test_each_trigger_means_what_it_says(name: str, kind: str) -> None:
    assert one(f"bugsnag/{name}.json").kind == kind


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        *(("fixed", "resolved"), ("reopened", "reopened"), ("ignored", "ignored"), ("snoozed", "snoozed")),
    ],
)
def test_a_change_by_hand_goes_by_its_state(change: str, kind: str) -> None:
    trigger = {"type": "errorStateManualChange", "message": "Error changed by Tomás Lind", "stateChange": change}
    assert one("bugsnag/fixed.json", trigger=trigger).kind == kind


@pytest.mark.parametrize("change", ["unignored", "snoozeCancelled"])
def test_a_change_back_to_what_it_was_is_left_out(change: str) -> None:
    assert parse("bugsnag/fixed.json", trigger={"type": "errorStateManualChange", "stateChange": change}) == ()


@pytest.mark.parametrize(
    "trigger", [{"type": "notYetInvented"}, {"type": "errorStateManualChange", "stateChange": "new"}]
)
def test_what_nobody_foresaw_is_named(trigger: dict[str, str]) -> None:
    with pytest.raises(UnknownKind) as unknown:
        parse("bugsnag/fixed.json", trigger=trigger)
    assert unknown.value.kind in trigger.values()


def test_a_change_by_hand_has_no_id_of_its_own_so_that_a_second_one_is_not_taken_for_a_repeat() -> None:
    assert one("bugsnag/fixed.json").event == ""
    assert one("bugsnag/comment.json").event == "6b10000000000000000000c7"


def test_a_comment_brings_its_words() -> None:
    assert one("bugsnag/comment.json").comment == "Row 13 again, I take it"


@pytest.mark.parametrize("name", ["spike", "release"])
def test_a_spike_or_a_release_names_no_error_and_opens_nothing(name: str) -> None:
    assert parse(f"bugsnag/{name}.json") == ()


@pytest.mark.parametrize(
    "trigger", ["projectSpiking", "projectSamplingStarted", "projectApproachingRateLimit", "release"]
)
def test_a_warning_that_names_an_error_is_still_no_new_bug(trigger: str) -> None:
    assert parse("bugsnag/first-exception.json", trigger={"type": trigger}) == ()


@pytest.mark.parametrize("trigger", ["firstException", "exception", "reopened", "powerTen", "errorEventFrequency"])
def test_an_error_without_an_id_is_refused_since_it_could_be_any(trigger: str) -> None:
    with pytest.raises(Unreadable, match=r"error\.errorId is missing"):
        parse("bugsnag/first-exception.json", trigger={"type": trigger}, error={"message": "boom"})


def test_a_delivery_of_something_else_is_told_what_is_missing() -> None:
    with pytest.raises(Unreadable, match=r"trigger\.type is missing"):
        TRACKERS.find("bugsnag").parse(hook({"zen": "Keep it simple"}), {})


@pytest.mark.parametrize("count", [-3, 0, "many", None, True, float("inf")])
def test_a_senseless_count_is_one(count: object) -> None:
    error = load("bugsnag/first-exception.json")["error"] | {"occurrences": count}
    assert one("bugsnag/first-exception.json", error=error).occurrences == 1


def test_the_users_own_id_goes_before_the_one_beside_it() -> None:
    error = load("bugsnag/first-exception.json")["error"] | {"userId": "older"}
    assert one("bugsnag/first-exception.json", error=error).customer.id == "311"


def test_an_id_may_be_a_number() -> None:
    error = load("bugsnag/first-exception.json")["error"] | {"errorId": 42, "occurrences": "7"}
    alert = one("bugsnag/first-exception.json", error=error)
    assert (alert.group, alert.occurrences) == ("42", 7)


@pytest.mark.parametrize(
    "host",
    ["app.bugsnag.com", "app.bugsnag.smartbear.com", "app.insighthub.smartbear.com", "bugsnag.nordlicht.example:8443"],
)
def test_a_link_is_read_on_each_of_its_hosts(host: str) -> None:
    url = f"https://{host}/nordlicht/menu-maker/errors/6b10000000000000000000f1?event_id=6b10000000000000000000e1&i=sk&m=nw"
    found = TRACKERS.find("bugsnag").link(url)
    assert found is not None
    assert (found.group, found.event, found.project) == (
        "6b10000000000000000000f1",
        "6b10000000000000000000e1",
        "menu-maker",
    )
    assert found.url == url


@pytest.mark.parametrize(
    "url",
    [
        "https://app.bugsnag.com/nordlicht/menu-maker/errors",
        "https://app.bugsnag.com/nordlicht/menu-maker/errors/not-an-id-at-all-really",
        "https://app.bugsnag.com/nordlicht/menu-maker?i=sk&m=nw",
        "https://example.com/app.bugsnag.com/nordlicht/menu-maker/errors/6b10000000000000000000f1",
    ],
)
def test_other_pages_are_no_errors(url: str) -> None:
    assert TRACKERS.find("bugsnag").link(url) is None

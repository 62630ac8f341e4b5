"""Office hours: a reminder that falls outside them waits for the door to open."""

from datetime import UTC, datetime

import pytest

from bot.bug.clocks.office import Office

BERLIN = Office(hours="08:00-19:00", zone="Europe/Berlin")


def at(text: str) -> datetime:
    """In UTC; Berlin is an hour later in winter."""
    return datetime.fromisoformat(f"2025-{text}").replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("11-24T06:59", "11-24T07:00"),
        ("11-24T07:00", "11-24T07:00"),
        ("11-24T17:59", "11-24T17:59"),
        ("11-24T18:00", "11-25T07:00"),
        ("11-28T18:00", "12-01T07:00"),
        ("11-29T10:00", "12-01T07:00"),
        ("11-30T23:30", "12-01T07:00"),
    ],
    ids=["early", "as it opens", "just open", "as it closes", "friday evening", "saturday noon", "monday's first hour"],
)
def test_what_falls_outside_waits_for_the_next_opening(moment: str, opens: str) -> None:
    assert BERLIN.open_from(at(moment)) == at(opens)


@pytest.mark.parametrize(
    ("office", "moment", "day"),
    [
        (BERLIN, "11-24T06:59", ""),
        (BERLIN, "11-24T07:00", "2025-11-24"),
        (BERLIN, "11-29T10:00", ""),
        (Office(), "11-24T08:59", ""),
        (Office(), "11-24T09:00", "2025-11-24"),
        (Office(), "11-29T10:00", ""),
        (Office(zone="Asia/Tokyo"), "11-24T00:00", "2025-11-24"),
        (Office(zone="Asia/Tokyo"), "11-24T23:30", ""),
        (Office(hours="00:00-23:59", zone="Asia/Tokyo"), "11-24T23:30", "2025-11-25"),
    ],
)
def test_a_day_begins_when_people_are_there(office: Office, moment: str, day: str) -> None:
    assert office.open_day(at(moment)) == day


def test_the_opening_follows_the_clock_on_the_wall() -> None:
    assert BERLIN.open_from(at("07-14T05:30")) == at("07-14T06:00")


@pytest.mark.parametrize("office", [Office(), Office(hours=""), Office(hours="", zone="Europe/Berlin", days=("mon",))])
def test_without_hours_it_is_always_open(office: Office) -> None:
    assert office.open_from(at("11-30T03:00")) == at("11-30T03:00")


def test_the_days_that_are_named_are_those_on_which_it_opens() -> None:
    office = Office(hours="08:00 - 19:00", days=("sat", "tue"))
    assert office.open_from(at("11-26T12:00")) == at("11-29T08:00")
    assert office.open_from(at("11-29T12:00")) == at("11-29T12:00")
    assert office.open_from(at("11-29T19:30")) == at("12-02T08:00")


@pytest.mark.parametrize("hours", ["19:00-08:00", "08:00-08:00", "08:00", "all day", "8-25:00"])
def test_hours_that_are_none_are_refused_with_what_to_write(hours: str) -> None:
    with pytest.raises(ValueError, match=r'as in "08:00-19:00"'):
        Office(hours=hours)

"""Which week, and which month, is told on a Monday: each once, and none on another day."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bot.bug.retro.span import Span, month_over, week_over

BEGIN, END = datetime(2025, 1, 1, tzinfo=UTC), datetime(2027, 1, 5, tzinfo=UTC)
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Pacific/Honolulu",
    "Pacific/Auckland",
    "Pacific/Kiritimati",
    "Asia/Kathmandu",
]


def moments() -> Iterator[datetime]:
    """Every half hour of two years."""
    return (BEGIN + timedelta(minutes=30 * n) for n in range(int((END - BEGIN) / timedelta(minutes=30))))


@pytest.mark.parametrize("zone", ZONES)
def test_in_two_years_each_week_has_its_monday_in_every_zone(zone: str) -> None:
    told: dict[str, Span] = {}
    for at in moments():
        if span := week_over(at, zone, 9):
            local = at.astimezone(ZoneInfo(zone))
            assert (local.strftime("%a"), local.hour >= 9, at >= span.until) == ("Mon", True, True)
            assert at - span.until < timedelta(days=2)
            told[span.name] = span
    spans = list(told.values())
    assert len(spans) == 105
    assert all(before.until == after.since for before, after in pairwise(spans))


@pytest.mark.parametrize("zone", ZONES)
def test_each_month_is_told_on_the_first_monday_of_the_next(zone: str) -> None:
    told: dict[str, list[datetime]] = {}
    for at in moments():
        if span := month_over(at, zone, 9):
            told.setdefault(span.name, []).append(at.astimezone(ZoneInfo(zone)))
    assert list(told) == ["2024-12", *(f"{year}-{month:02}" for year in (2025, 2026) for month in range(1, 13))]
    assert all(len({at.date() for at in days}) == 1 and days[0].day <= 7 for days in told.values())


def test_before_the_hour_and_on_other_days_nothing_is_told() -> None:
    assert week_over(datetime(2026, 11, 30, 7, 59, tzinfo=UTC), "Europe/Berlin", 9) is None
    span = week_over(datetime(2026, 11, 30, 8, 0, tzinfo=UTC), "Europe/Berlin", 9)
    assert span
    assert (span.name, span.said) == ("2026-W48", "Mon 23 Nov 2026 to Sun 29 Nov 2026")
    assert week_over(datetime(2026, 12, 1, 8, 0, tzinfo=UTC), "Europe/Berlin", 9) is None
    assert month_over(datetime(2026, 11, 30, 8, 0, tzinfo=UTC), "Europe/Berlin", 9) is None


def test_far_in_the_east_it_waits_for_the_end_of_the_week() -> None:
    """Monday 09:00 in Auckland is Sunday 20:00 in UTC."""
    assert week_over(datetime(2026, 11, 29, 20, 0, tzinfo=UTC), "Pacific/Auckland", 9) is None
    assert week_over(datetime(2026, 11, 30, 0, 0, tzinfo=UTC), "Pacific/Auckland", 9)

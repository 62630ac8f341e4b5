"""Office hours. A reminder outside of them waits until they begin."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import field_validator

from bot.bug.values import Frozen

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
USUAL = "09:00-17:00"
NAMES: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Office(Frozen):
    """`hours` "08:00-19:00"; empty: always open."""

    hours: str = ""
    zone: str = "UTC"
    days: tuple[Day, ...] = NAMES[:5]
    """Where `hours` is set: the days on which they hold."""

    @field_validator("hours")
    @classmethod
    def _hours(cls, value: str) -> str:
        if value:
            opens, closes = _span(value)
            if opens >= closes:
                raise ValueError('write when it opens and when it closes, as in "08:00-19:00"')
        return value

    @field_validator("zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        return known_zone(value)

    @field_validator("days")
    @classmethod
    def _days(cls, value: tuple[Day, ...]) -> tuple[Day, ...]:
        if not value:
            raise ValueError('name at least one day, as in ["mon", "tue"]')
        return value

    def open_from(self, at: datetime) -> datetime:
        """`at` itself while it is open, else the next opening."""
        if not self.hours:
            return at
        opens, closes = _span(self.hours)
        local = at.astimezone(ZoneInfo(self.zone))
        if self._works(local) and opens <= local.time() < closes:
            return at
        day = local if local.time() < opens else local + timedelta(days=1)
        while not self._works(day):
            day += timedelta(days=1)
        return datetime.combine(day.date(), opens, ZoneInfo(self.zone)).astimezone(UTC)

    @property
    def local(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def closes(self, day: date) -> datetime:
        """The end of the office's hours on that day, UTC."""
        _, closes = _span(self.office.hours)
        return datetime.combine(day, closes, self.local).astimezone(UTC)

    @property
    def office(self) -> "Office":
        """Without `hours`, those of most offices: for what can wait until people are there."""
        return self if self.hours else Office(hours=USUAL, zone=self.zone, days=self.days)

    def open_day(self, at: datetime) -> str:
        """The day on which the office is open at that moment, "2025-11-24" in its zone; empty while it is closed.

        For what can wait until people are there.
        """
        return f"{at.astimezone(ZoneInfo(self.zone)).date()}" if self.office.open_from(at) == at else ""

    def _works(self, local: datetime) -> bool:
        return NAMES[local.weekday()] in self.days


def known_zone(name: str) -> str:
    """The name itself. Raises ValueError that says what to write."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError('write a time zone, as in "Europe/Berlin"') from None
    return name


def _span(hours: str) -> tuple[time, time]:
    try:
        opens, closes = hours.split("-")
        return time.fromisoformat(opens.strip()), time.fromisoformat(closes.strip())
    except ValueError:
        raise ValueError('write hours as in "08:00-19:00"') from None

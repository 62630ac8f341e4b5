"""A stretch of days that a retro sums up: a week or a month, in UTC."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime

from bot.bug.errors import Invalid
from bot.bug.values import Frozen

DAY, WEEK = timedelta(days=1), timedelta(days=7)
MONDAY = 0


class Span(Frozen):
    """From `since` to before `until`."""

    name: str
    """ "2026-11", "2026-W48"; empty for all time."""
    since: AwareDatetime
    until: AwareDatetime

    @property
    def said(self) -> str:
        """ "Mon 23 Nov 2026 to Sun 29 Nov 2026"."""
        return f"{self.since:%a %d %b %Y} to {self.until - DAY:%a %d %b %Y}"

    def has(self, at: datetime) -> bool:
        return self.since <= at < self.until

    @property
    def parts(self) -> tuple["Span", ...]:
        """The days of a week; the weeks of a month, the first and the last of them cut where the month begins and ends."""
        if self.until - self.since <= WEEK:
            return tuple(self._day(self.since + n * DAY) for n in range((self.until - self.since).days))
        monday = self.since - timedelta(days=self.since.weekday())
        weeks = [monday + n * WEEK for n in range((self.until - monday + WEEK - DAY) // WEEK)]
        return tuple(self._cut(week) for week in weeks)

    def _day(self, day: datetime) -> "Span":
        return Span(name=f"{day:%a %d}", since=day, until=day + DAY)

    def _cut(self, monday: datetime) -> "Span":
        since = max(monday, self.since)
        return Span(name=f"from {since:%d %b}", since=since, until=min(monday + WEEK, self.until))


ALWAYS = Span(name="", since=datetime.min.replace(tzinfo=UTC), until=datetime.max.replace(tzinfo=UTC))


def month(text: str) -> Span:
    """ "2026-11". Raises Invalid."""
    if not re.fullmatch(r"2\d{3}-(0[1-9]|1[0-2])", text, re.ASCII):
        raise Invalid(f"{text!r} is no month; write it like 2026-11.")
    since = datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC)
    return Span(name=text, since=since, until=(since + timedelta(days=31)).replace(day=1))


def week(text: str) -> Span:
    """ "2026-W48", as ISO 8601 counts weeks. Raises Invalid."""
    found = re.fullmatch(r"(2\d{3})-?[wW](\d{1,2})", text, re.ASCII)
    try:
        since = datetime.fromisocalendar(int(found[1]), int(found[2]), 1).replace(tzinfo=UTC) if found else None
    except ValueError:
        since = None
    if since is None:
        raise Invalid(f"{text!r} is no week; write it like 2026-W48.")
    return Span(name=f"{since:%G-W%V}", since=since, until=since + WEEK)


def week_over(at: datetime, zone: str, hour: int) -> Span | None:
    """The week that ended last, on a Monday of this zone from that hour on; None at any other time.

    Weeks are those of UTC: far in the east this one may end some hours later.
    """
    local = at.astimezone(ZoneInfo(zone))
    if local.weekday() != MONDAY or local.hour < hour:
        return None
    span = week(f"{local.date() - WEEK:%G-W%V}")
    return span if at >= span.until else None


def month_over(at: datetime, zone: str, hour: int) -> Span | None:
    """The month that ended last, on the first Monday of the next one."""
    local = at.astimezone(ZoneInfo(zone))
    if not week_over(at, zone, hour) or local.day > WEEK.days:
        return None
    span = month(f"{local.replace(day=1) - DAY:%Y-%m}")
    return span if at >= span.until else None


def week_of(at: datetime) -> Span:
    return week(f"{at.astimezone(UTC):%G-W%V}")


def month_of(at: datetime) -> Span:
    return month(f"{at.astimezone(UTC):%Y-%m}")

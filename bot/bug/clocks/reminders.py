"""Reminders that were sent, and quiet for somebody who is working."""

from dataclasses import replace
from datetime import datetime, timedelta

from pydantic import AwareDatetime

from bot.bug.bug import Bug
from bot.bug.course.ownership import LONGEST_ESTIMATE
from bot.bug.errors import Refused
from bot.bug.event import ALIVE, STAY, Event, Move, Outcome, Quiet, must_allow
from bot.bug.words import Clock, Person, Words


class Snoozed(Event):
    """No clock of this bug speaks up until then."""

    KIND = "snoozed"
    MOVES = (Move(ALIVE, STAY, "whoever is at it wants quiet for a while"),)
    until: AwareDatetime

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return replace(bug, snoozed_until=self.until)

    def line(self, _bug: Bug, by: str) -> Words:
        return Words("zzz", (Person(by), " wants no reminders until ", Clock(self.until)), minor=True)


class Reminded(Quiet, Outcome):
    """A clock spoke up; each (kind, round) once, whatever restarts."""

    KIND = "reminded"
    what: str
    whom: tuple[str, ...] = ()
    """Who is meant: user ids; nobody: whoever is there."""
    since: AwareDatetime | None = None
    """The moment from which this clock ran: another moment is another reminder."""

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return replace(bug, reminded=(*bug.reminded, reminder_name(self.what, self.since)))


EVENTS = (Snoozed, Reminded)


def reminder_name(what: str, since: datetime | None) -> str:
    """A reminder as the bug remembers it: what and since when (Unix seconds) its clock ran."""
    return f"{what}@{int(since.timestamp())}" if since else what


def snooze(bug: Bug, now: datetime, minutes: int) -> Snoozed:
    """No clock of this bug speaks up for so long."""
    if not 0 < minutes <= LONGEST_ESTIMATE:
        raise Refused("Between 1 minute and 7 days, as in `/bug snooze BUG-1 30m`.")
    must_allow(bug, Snoozed)
    return Snoozed(until=now + timedelta(minutes=minutes))

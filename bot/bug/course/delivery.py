"""Sinks that cannot deliver: a system is away, or the sink gave up and waits for a person."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.bug.bug import Bug
from bot.bug.errors import Refused
from bot.bug.event import ANY, STAY, Event, Move, Outcome, Text
from bot.bug.words import Clock, Day, Foreign, Part, Person, Press, Words, because, service_name

SYSTEMS = {
    "board": "Trello",
    "board_notes": "Trello",
    "billing": "The billing",
    "customer": "The customer's channel",
    "production": "Production",
    "ntfy": "ntfy",
    "pager": "The pager",
}
OF_MANY = {"tracker": "{}", "webhook": "The webhook {}"}
"""Kinds of sinks of which there are several: "tracker:sentry"."""


def system(sink: str) -> str:
    """The system that a sink serves, as people call it: "Trello". A sink that is not named here speaks to Slack."""
    kind, _, which = sink.partition(":")
    if which and kind in OF_MANY:
        return OF_MANY[kind].format(service_name(which) if kind == "tracker" else f"“{which}”")
    return SYSTEMS.get(sink, "Slack")


def _system(sink: str) -> Part:
    return Foreign(system(sink), 60)


def _without(sinks: Iterable[str], sink: str) -> tuple[str, ...]:
    return tuple(s for s in sinks if s != sink)


class Delayed(Outcome):
    """The system that a sink serves is out of order; the sink goes on trying by itself."""

    KIND = "delayed"
    sink: str
    why: Text

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return replace(bug, delayed=(*_without(bug.delayed, self.sink), self.sink))

    def line(self, _bug: Bug, _by: str) -> Words:
        said = " is not answering; what waits is done when it is back"
        return Words("hourglass", (_system(self.sink), said, *because(self.why)), minor=True)


class CaughtUp(Outcome):
    """The system answers again, and what waited for it is done."""

    KIND = "caught_up"
    sink: str

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return replace(bug, delayed=_without(bug.delayed, self.sink))

    def line(self, _bug: Bug, _by: str) -> Words:
        return Words("white_check_mark", (_system(self.sink), " answers again"), minor=True)


class GaveUp(Outcome):
    """A sink gave up on this bug until a person asks for another try."""

    KIND = "gave_up"
    sink: str
    why: Text

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return replace(bug, gave_up=(*bug.gave_up, self.sink), delayed=_without(bug.delayed, self.sink))

    def line(self, _bug: Bug, _by: str) -> Words:
        mend = (". Mend it, then ", Press("Try again"), " on the card.")
        return Words("warning", (Foreign(self.sink, 40), " gave up", *because(self.why), *mend))


class RetryAsked(Event):
    """Somebody mended what a sink failed at."""

    KIND = "retry_asked"
    MOVES = (Move(ANY, STAY, "somebody mended what a sink failed at"),)
    sink: str

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return replace(bug, gave_up=_without(bug.gave_up, self.sink))

    def line(self, _bug: Bug, by: str) -> Words:
        return Words("arrows_counterclockwise", (Person(by), ": ", Foreign(self.sink, 40), " tries again"))


class TrailRestored(Outcome):
    """The trail came back from a backup: what happened here after its last entry is no longer in it."""

    KIND = "trail_restored"
    kept: datetime
    """When that last entry was written."""

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return replace(bug, restored=bug.seq + 1)

    def line(self, _bug: Bug, _by: str) -> Words:
        back = ("A backup came back: this bug is again as it was on ", Day(self.kept), " at ", Clock(self.kept))
        lost = ". What was done or said here later is no longer in the trail; look before you do it again"
        return Words("floppy_disk", (*back, lost), loud=True)


EVENTS = (Delayed, CaughtUp, GaveUp, RetryAsked, TrailRestored)


def came_back(bug: Bug, kept: datetime) -> tuple[TrailRestored, ...]:
    """Nothing where this is the last that was said of it."""
    return (TrailRestored(kept=kept),) if bug.restored < bug.seq else ()


def retry(bug: Bug) -> tuple[RetryAsked, ...]:
    """Let every sink that gave up try again."""
    if not bug.gave_up:
        raise Refused("Nothing has given up here any more.")
    return tuple(RetryAsked(sink=sink) for sink in dict.fromkeys(bug.gave_up))

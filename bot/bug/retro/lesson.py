"""The answers that only people know: how a bug got into production, and how the team did. Anybody of the team may change them later."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from bot.bug.bug import Bug
from bot.bug.errors import Invalid, Refused
from bot.bug.event import ANY, CLOSED, STAY, Event, Move, Quiet, Text, must_allow
from bot.bug.words import LONG, Foreign, Part, Person, Quote, Words

QUESTION = "How did it get into production?"
HOW_WE_DID = "How did we do?"
CHANGES = "What do we change?"
ONE_LINE = "One line: what let it into production?"
LONGEST = 2000
"""Characters of an answer."""


class Cause(StrEnum):
    """What lets bugs into production, as teams name it."""

    NO_TEST = "no_test"
    REVIEW = "review"
    STAGING = "staging"
    DATA = "data"
    MIGRATION = "migration"
    SETTINGS = "settings"
    ROLL_OUT = "roll_out"
    BY_HAND = "by_hand"
    ELSEWHERE = "elsewhere"
    LOAD = "load"
    KNOWN = "known"
    OTHER = "other"


CAUSES: Mapping[str, str] = {
    Cause.NO_TEST: "No test covered it",
    Cause.REVIEW: "The review missed it, or there was none",
    Cause.STAGING: "Live and staging differ",
    Cause.DATA: "Data that nobody expected",
    Cause.MIGRATION: "A migration or a change of data",
    Cause.SETTINGS: "A setting, a secret, a flag",
    Cause.ROLL_OUT: "The roll-out itself",
    Cause.BY_HAND: "A change by hand on production",
    Cause.ELSEWHERE: "A service or library of somebody else",
    Cause.LOAD: "More load than expected",
    Cause.KNOWN: "We knew, and had put it off",
    Cause.OTHER: "Something else",
}


def named(causes: Iterable[str]) -> str:
    """ "No test covered it, live and staging differ"; a cause that this version does not know stands as it was stored."""
    said = [CAUSES.get(cause, cause) for cause in causes]
    return ", ".join([*said[:1], *(text[:1].lower() + text[1:] for text in said[1:])])


class LessonWritten(Event):
    """How it got into production; the last one counts."""

    KIND = "lesson_written"
    MOVES = (Move(ANY, STAY, "somebody says how it came to be, and may know more later"),)
    text: Text
    """Empty where the causes say it all."""
    causes: tuple[str, ...] = ()
    previous: str = ""
    """Who had said what this replaces."""

    def apply(self, bug: Bug, _at: datetime, by: str) -> Bug:
        return replace(bug, lesson=self.text, causes=self.causes, lesson_by=by, answered=bug.seq + 1)

    def line(self, _bug: Bug, by: str) -> Words:
        # a cause may be a newer version's, so it is no text of ours for sure
        said: tuple[Part, ...] = (Foreign(named(self.causes)),) if self.causes else ()
        said += (*([" · "] if said and self.text else []), *([Quote(self.text)] if self.text else []))
        return Words("memo", (*_head(by, self.previous, "how it got into production"), *said))


class LessonSkipped(Quiet, Event):
    """Nobody has to answer."""

    KIND = "lesson_skipped"
    MOVES = (Move((CLOSED,), STAY, "nobody has to say how it came to be"),)

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return replace(bug, lesson_skipped=True)


class HowWeDidWritten(Event):
    """How the team did, in its own words; the last one counts."""

    KIND = "how_we_did_written"
    MOVES = (Move(ANY, STAY, "somebody says how the team did"),)
    text: Text
    previous: str = ""
    """Who had said what this replaces."""

    def apply(self, bug: Bug, _at: datetime, by: str) -> Bug:
        return replace(bug, how_we_did=self.text, how_we_did_by=by, answered=bug.seq + 1)

    def line(self, _bug: Bug, by: str) -> Words:
        said: Part = Quote(self.text, LONG) if self.text else "nothing any more"
        return Words("memo", (*_head(by, self.previous, "how we did"), said))


def _head(by: str, before: str, about: str) -> tuple[Part, ...]:
    if not before:
        return Person(by), f" on {about}: "
    whose: tuple[Part, ...] = (" (until now in the words of ", Person(before), ")") if before != by else ()
    return Person(by), f" changed {about}", *whose, ": "


EVENTS = (LessonWritten, LessonSkipped, HowWeDidWritten)


def write(bug: Bug, text: str, causes: tuple[str, ...] | None = None) -> LessonWritten:
    """`causes`: None leaves them as they are. Raises Invalid for no words where no cause is chosen either."""
    must_allow(bug, LessonWritten)
    kept = bug.causes if causes is None else causes
    if not (text.strip() or kept):
        raise Invalid(ONE_LINE, {"lesson": ONE_LINE})
    return LessonWritten(text=text.strip(), causes=kept, previous=bug.lesson_by)


def skip(bug: Bug) -> LessonSkipped:
    must_allow(bug, LessonSkipped)
    if bug.lesson or bug.causes or bug.lesson_skipped:
        raise Refused("That is answered already.")
    return LessonSkipped()


def answers(bug: Bug, text: str, causes: tuple[str, ...], how_we_did: str) -> tuple[Event, ...]:
    """What of the answers is new; nothing where all is as it was. An answer can be changed, and the first one may be left out."""
    found: list[Event] = []
    if (text.strip(), causes) != (bug.lesson, bug.causes):
        found.append(write(bug, text, causes))
    if how_we_did.strip() != bug.how_we_did:
        must_allow(bug, HowWeDidWritten)
        found.append(HowWeDidWritten(text=how_we_did.strip(), previous=bug.how_we_did_by))
    return tuple(found)

"""The retro's question: how a bug got into production. It is asked of a bug that is closed, so it keeps none open; one may skip it."""

from dataclasses import replace
from datetime import datetime

from bot.bug.bug import Bug
from bot.bug.errors import Invalid, Refused
from bot.bug.event import CLOSED, STAY, Event, Move, Quiet, Text, must_allow
from bot.bug.words import Person, Quote, Words

QUESTION = "How did it get into production?"
ONE_LINE = "One line: what let it into production?"


class LessonWritten(Event):
    """One line on how it got into production; the last one counts."""

    KIND = "lesson_written"
    MOVES = (Move((CLOSED,), STAY, "it is over, and somebody says how it came to be"),)
    text: Text

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return replace(bug, lesson=self.text)

    def line(self, _bug: Bug, by: str) -> Words:
        return Words("memo", (Person(by), " on how it got into production: ", Quote(self.text)))


class LessonSkipped(Quiet, Event):
    """Nobody has to answer."""

    KIND = "lesson_skipped"
    MOVES = (Move((CLOSED,), STAY, "nobody has to say how it came to be"),)

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return replace(bug, lesson_skipped=True)


EVENTS = (LessonWritten, LessonSkipped)


def write(bug: Bug, text: str) -> LessonWritten:
    must_allow(bug, LessonWritten)
    if not text.strip():
        raise Invalid(ONE_LINE, {"reason": ONE_LINE})
    return LessonWritten(text=text.strip())


def skip(bug: Bug) -> LessonSkipped:
    must_allow(bug, LessonSkipped)
    if bug.lesson or bug.lesson_skipped:
        raise Refused("That is answered already.")
    return LessonSkipped()

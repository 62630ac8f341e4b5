"""After a run was cut off: Makegood looks at production, and a person says what happened."""

from dataclasses import replace
from datetime import datetime
from typing import Literal

from bot.bug.bug import Bug
from bot.bug.errors import NotAllowed, Refused
from bot.bug.event import ANY, STAY, Event, Inert, Move, Outcome, Text, must_allow
from bot.bug.fixes.fix import Fix, RunState
from bot.bug.fixes.rules import called, changed, find, in_state, mark_undone
from bot.bug.words import Foreign, Person, Press, Words, because


class FixSettled(Event):
    """A person looked at production and says what an unknown run did."""

    KIND = "fix_settled"
    MOVES = (Move(ANY, STAY, "somebody looked at production after a cut-off"),)
    run: int
    state: Literal["succeeded", "failed"]
    word: Text = ""

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        def settled(fix: Fix) -> Fix:
            return replace(in_state(fix, RunState(self.state)), why=self.word)

        after = changed(bug, self.run, settled)
        return mark_undone(after, self.run) if self.state == "succeeded" else after

    def line(self, _bug: Bug, by: str) -> Words:
        said = "happened" if self.state == "succeeded" else "did not happen"
        return Words("wrench", (Person(by), f" looked: it {said}", *because(self.word)))


class InvestigateAsked(Inert, Event):
    """Somebody wants to know what a cut-off run did; production is only read."""

    KIND = "investigate_asked"
    MOVES = (Move(ANY, STAY, "production is only read after a cut-off"),)
    run: int

    def line(self, _bug: Bug, by: str) -> Words:
        return Words("mag", (Person(by), " looks at production; nothing is changed"), minor=True)


class Investigated(Outcome):
    """What production says of a cut-off run; a person settles it."""

    KIND = "investigated"
    run: int
    state: Literal["succeeded", "failed", "unknown"]
    summary: str
    detail: Text = ""

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        """A person has the last word: the state stays."""
        return changed(bug, self.run, lambda fix: replace(fix, seen=self.state, why=self.summary))

    def line(self, _bug: Bug, _by: str) -> Words:
        said = {"succeeded": "it happened", "failed": "it did not happen", "unknown": "it can't be told"}[self.state]
        settle = (" ", Press("Settle"), " it on the card.")
        return Words("mag", (f"Production says: {said}. ", Foreign(self.summary), *settle))


EVENTS = (FixSettled, InvestigateAsked, Investigated)


def settle(bug: Bug, by: str, run: int, state: str, word: str) -> FixSettled:
    """A person looked at production and says what a cut-off run did."""
    fix = find(bug, run)
    if by not in {fix.by, bug.owner}:
        raise NotAllowed("Only ", Person(fix.by), f" or the owner of {bug.ref} can say what happened.")
    if fix.state is not RunState.UNKNOWN:
        raise Refused(called(fix), f" is {fix.state_said}; there is nothing to settle.")
    return FixSettled.model_validate({"run": run, "state": state, "word": word})


def investigate(bug: Bug, run: int) -> InvestigateAsked:
    """Anybody may ask what production says; only a person who answers for it settles."""
    fix = find(bug, run)
    if fix.state is not RunState.UNKNOWN:
        raise Refused(called(fix), f" is {fix.state_said}; there is nothing to find out.")
    must_allow(bug, InvestigateAsked)
    return InvestigateAsked(run=run)

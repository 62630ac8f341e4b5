"""The proper fix is waived: nobody will make it. Whoever owes it leaves that to somebody else; who is alone types how often it happened."""

from dataclasses import replace
from datetime import datetime

from bot.bug.bug import Bug, Debt
from bot.bug.errors import Invalid, NotAllowed
from bot.bug.event import CLOSED, OWED, Event, Move, Text, must_allow
from bot.bug.fixes.rules import SHORTEST_REASON
from bot.bug.permissions.alone import Word, must_type
from bot.bug.permissions.seen import done
from bot.bug.words import Code, Person, Words, because

WHY = "Say why nobody makes it: whoever meets this bug again reads it."


class Waived(Event):
    """Nobody will make the proper fix."""

    KIND = "waived"
    MOVES = (Move((OWED,), CLOSED, "nobody will make the proper fix, and somebody says why"),)
    reason: Text
    typed: str = ""
    """Nobody else was there: what who owes it typed, to waive it alone."""

    def apply(self, bug: Bug, at: datetime, by: str) -> Bug:
        owed = bug.debt or Debt(owner=by, due=at)
        debt = replace(owed, waived_at=at, waived_by=by, how=self.reason)
        after = replace(bug, debt=debt, closed_at=at, closed_why=f"the proper fix was waived: {self.reason}")
        return done(after, "waived the proper fix", by, at) if self.typed else after

    def line(self, _bug: Bug, by: str) -> Words:
        if not self.typed:
            return Words("white_circle", (Person(by), " waived the proper fix", *because(self.reason)))
        typed = (", alone here, waived the proper fix and typed ", Code(self.typed, 60))
        return Words("bust_in_silhouette", (Person(by), *typed, *because(self.reason)), loud=True)


EVENTS = (Waived,)


def own(bug: Bug, by: str) -> bool:
    """Whether who waives it would forgive themselves: they owe it, or owed it before they handed it on."""
    return bool(bug.debt and by in {bug.debt.owner, *bug.debt.before})


def word(bug: Bug) -> Word:
    """What is typed by who is alone: a number that says what the waiver is about."""
    if bug.occurrences:
        return Word(str(bug.occurrences), "how often it happened")
    return Word(str(bug.ref), "the bug's number")


def waive(bug: Bug, by: str, reason: str, *, alone: bool = False, typed: str = "") -> Waived:
    """`alone`: nobody else is here, and the settings say that who is alone may go on. Raises NotAllowed, Invalid or Refused."""
    must_allow(bug, Waived)
    if own(bug, by) and not alone:
        ask = f"Ask anybody of the team to write `/bug waive {bug.ref} why`."
        raise NotAllowed(f"You owe the proper fix of {bug.ref}, or did before, so somebody else waives it. {ask}")
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid(WHY, {"reason": WHY})
    if not own(bug, by):
        return Waived(reason=reason.strip())
    must_type(word(bug), typed)
    return Waived(reason=reason.strip(), typed=typed.strip())

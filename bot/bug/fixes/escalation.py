"""While a fix waits for approvers: when they are reminded, when the next ones are asked, and when who asked may go on alone.

While a customer is online minutes count; else half the time that a request is good for is soon enough. Pure.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.bug.bug import Bug
from bot.bug.event import Outcome
from bot.bug.fixes.fix import Fix, RunState
from bot.bug.fixes.rules import GOOD_FOR, changed
from bot.bug.words import Words, people

REMIND_ONLINE = timedelta(seconds=60)
NEXT_ONLINE = timedelta(minutes=2)
BREAK_GLASS_AFTER = timedelta(minutes=2)
FOR_THE_NEXT = timedelta(minutes=1)
"""How long those who were asked next have before who asked may go on alone."""


class FixNextAsked(Outcome):
    """Nobody has answered in time: the next are asked, once. `whom` is empty where nobody else could approve."""

    KIND = "fix_next_asked"
    run: int
    whom: tuple[str, ...] = ()

    def apply(self, bug: Bug, at: datetime, _by: str) -> Bug:
        return changed(bug, self.run, lambda fix: self._asked(fix, at))

    def _asked(self, fix: Fix, at: datetime) -> Fix:
        new = tuple(user for user in self.whom if user not in fix.asked)
        return replace(fix, asked=(*fix.asked, *new), next_at=at, next_asked=new)

    def line(self, _bug: Bug, _by: str) -> Words | None:
        if not self.whom:
            return None
        return Words("arrow_double_up", ("Nobody has answered yet, so ", *people(self.whom), " is asked too"))


EVENTS = (FixNextAsked,)


def first(able: tuple[str, ...], later: frozenset[str], approvals: int) -> tuple[str, ...]:
    """Who of those who could approve is asked at once: all but those kept for later, if they are enough."""
    now = tuple(user for user in able if user not in later)
    return now if len(now) >= approvals else able


def remind_at(bug: Bug, fix: Fix) -> datetime | None:
    """When those who were asked are reminded; None: nobody was asked yet."""
    return _after(bug, fix, REMIND_ONLINE)


def next_at(bug: Bug, fix: Fix) -> datetime | None:
    """When the next are asked; None: they were, or nobody was asked at first."""
    return None if fix.next_at else _after(bug, fix, NEXT_ONLINE)


def _after(bug: Bug, fix: Fix, online: timedelta) -> datetime | None:
    if fix.confirmed_at is None or not fix.asked:
        return None
    there = any(c.online and not c.told_at for c in bug.customers)
    return fix.confirmed_at + (online if there else GOOD_FOR / 2)


def ask_next(bug: Bug, run: int, able: tuple[str, ...], now: datetime) -> FixNextAsked | None:
    """Decided on the bug as it is: whoever answers at this moment is first. `able`: who could approve it now."""
    fix = bug.fix(run)
    at = next_at(bug, fix) if fix and fix.state is RunState.WAITING else None
    if fix is None or at is None or now < at:
        return None
    return FixNextAsked(run=run, whom=tuple(user for user in able if user not in {*fix.asked, fix.by}))


def glass_at(fix: Fix) -> datetime:
    """When who asked may go on alone, where the policy lets them: at once where nobody could be asked."""
    asked_at = fix.confirmed_at or fix.at
    if not fix.asked:
        return asked_at
    waited = asked_at + BREAK_GLASS_AFTER
    return max(waited, fix.next_at + FOR_THE_NEXT) if fix.next_at and fix.next_asked else waited

"""What an approver may say besides yes and no: that it should be changed first, or that somebody else decides better."""

from dataclasses import replace
from datetime import datetime

from bot.bug.bug import Bug
from bot.bug.errors import Invalid, NotAllowed, Refused
from bot.bug.event import STAY, Event, Move, Text, must_allow
from bot.bug.fixes.approval import LATE, barred, may_decide
from bot.bug.fixes.fix import Fix, Handed, RunState
from bot.bug.fixes.rules import SHORTEST_REASON, called, changed, ended, find, must_be_fresh, must_match
from bot.bug.permissions.policy import Member, came_after
from bot.bug.words import Person, Words, because

CAME_TO_NOTHING = frozenset({RunState.LAPSED, RunState.FAILED, RunState.REFUSED})
"""It did not happen, and nobody said no: the same may be asked for again in one press."""
WHAT = "Say what should be changed: it goes to whoever asked."
WHY = "Say why they decide better: it stands in the trail."


class FixSentBack(Event):
    """An approver wants it changed. Whoever asked revises it; what they filled in is kept, and becomes a run of its own."""

    KIND = "fix_sent_back"
    MOVES = (Move(LATE, STAY, "another person would agree to something a little different"),)
    run: int
    reason: Text

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return ended(bug, self.run, RunState.SENT_BACK, self.reason)

    def line(self, _bug: Bug, by: str) -> Words:
        return Words("pencil2", (Person(by), " asks for changes", *because(self.reason)))


class FixHandedOn(Event):
    """An approver leaves the decision to another one."""

    KIND = "fix_handed_on"
    MOVES = (Move(LATE, STAY, "somebody else knows better"),)
    run: int
    to: str
    reason: Text

    def apply(self, bug: Bug, _at: datetime, by: str) -> Bug:
        return changed(bug, self.run, lambda fix: self._handed(fix, by))

    def _handed(self, fix: Fix, by: str) -> Fix:
        asked = tuple(user for user in fix.asked if user not in {by, self.to})
        return replace(fix, asked=(*asked, self.to), handed=(*fix.handed, Handed(by=by, to=self.to, why=self.reason)))

    def line(self, _bug: Bug, by: str) -> Words:
        return Words("handshake", (Person(by), " leaves the approval to ", Person(self.to), *because(self.reason)))


EVENTS = (FixSentBack, FixHandedOn)


def send_back(bug: Bug, member: Member, run: int, digest: str, reason: str) -> FixSentBack:
    """By somebody else, who was asked, of exactly what they saw. Nothing of it runs."""
    must_match(may_decide(bug, member, run), digest)
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid(WHAT, {"reason": WHAT})
    must_allow(bug, FixSentBack)
    return FixSentBack(run=run, reason=reason.strip())


def hand_on(
    bug: Bug, member: Member, run: int, digest: str, *, to: Member, able: tuple[str, ...], now: datetime, reason: str
) -> FixHandedOn:
    """`able`: who can approve it now. Nobody hands on to somebody whose word would not count."""
    fix = may_decide(bug, member, run)
    must_match(fix, digest)
    must_be_fresh(fix, now)
    _must_count(fix, member, to, able)
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid(WHY, {"reason": WHY})
    must_allow(bug, FixHandedOn)
    return FixHandedOn(run=run, to=to.id, reason=reason.strip())


def _must_count(fix: Fix, member: Member, to: Member, able: tuple[str, ...]) -> None:
    if to.id == member.id:
        raise Refused("You are asked already. Hand it on to somebody else, or decide it yourself.")
    if to.id in fix.approved_by:
        raise Refused(Person(to.id), " has approved it already.")
    if to.id not in able or to.id in barred(fix) or came_after(to, fix.confirmed_at):
        raise NotAllowed(Person(to.id), " can't approve this. Hand it on to somebody else.")
    if len({*fix.asked, to.id} - {member.id}) < fix.approvals:
        raise Refused(f"It takes {fix.approvals} approvals, and without yours there are too few who can give one.")


def asked_again(bug: Bug, by: str, run: int) -> Fix:
    """The run that is asked for once more, with all that was filled in: sent back, lapsed, failed, or without a preview.

    What was sent back is revised by whoever asked; the rest may be asked for again by anybody. Raises NotAllowed or Refused.
    """
    fix = find(bug, run)
    if fix.state is RunState.SENT_BACK:
        return revised(bug, by, run)
    if fix.state not in CAME_TO_NOTHING:
        raise Refused(called(fix), f" is {fix.state_said}, so there is nothing to ask again.")
    _must_be_newest(bug, fix)
    return fix


def revised(bug: Bug, by: str, run: int) -> Fix:
    """The run that was sent back, for whoever asked for it to revise. Raises NotAllowed or Refused."""
    fix = find(bug, run)
    if fix.by != by:
        raise NotAllowed("Only ", Person(fix.by), ", who asked for it, can revise it. Make your own with *Fix*.")
    if fix.state is not RunState.SENT_BACK:
        raise Refused(called(fix), f" is {fix.state_said}; nobody asked for changes.")
    _must_be_newest(bug, fix)
    return fix


def _must_be_newest(bug: Bug, fix: Fix) -> None:
    if newer := next((other for other in bug.fixes if other.revises == fix.run), None):
        done = "revised" if fix.state is RunState.SENT_BACK else "asked for again"
        raise Refused(called(fix), f" was {done} already: it is run {newer.run} now.")

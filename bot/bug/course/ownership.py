"""Claim, release, hand over, take over, estimate: exactly one person owns a bug."""

from dataclasses import replace
from datetime import datetime

from bot.bug.bug import Bug, Status
from bot.bug.errors import Refused
from bot.bug.event import CLAIMED, FIXED, OPEN, OWED, STAY, WORKING, Event, Move, must_allow
from bot.bug.words import Clock, Foreign, Part, Person, Words
from bot.text import plural

LONGEST_ESTIMATE = 7 * 24 * 60
"""Minutes."""


class Claimed(Event):
    KIND = "claimed"
    MOVES = (
        Move(WORKING, CLAIMED, "one person takes it"),
        Move((FIXED, OWED), STAY, "it was fixed while nobody owned it: somebody now answers for the rest"),
    )
    owner: str
    by_link: bool = False
    """Outside of Slack, by the link of a call."""

    def apply(self, bug: Bug, at: datetime, _by: str) -> Bug:
        return replace(bug, owner=self.owner, claimed_at=at)

    def line(self, _bug: Bug, by: str) -> Words:
        return Words("raising_hand", (Person(by), f" has it{', by the link of the call' if self.by_link else ''}"))


class Released(Event):
    KIND = "released"
    MOVES = (Move((CLAIMED,), OPEN, "the owner can't go on; nothing is fixed yet, so nobody has it"),)

    def apply(self, bug: Bug, at: datetime, _by: str) -> Bug:
        return replace(bug, owner=None, claimed_at=None, estimate=None, free_since=at)

    def line(self, _bug: Bug, by: str) -> Words:
        return Words("wave", (Person(by), " let it go: nobody has it"))


def _passed_on(bug: Bug, owner: str, at: datetime) -> Bug:
    """What is owed goes along."""
    debt = replace(bug.debt, owner=owner, before=(*bug.debt.before, bug.debt.owner)) if bug.debt else None
    return replace(bug, owner=owner, claimed_at=at, debt=debt)


class HandedOver(Event):
    KIND = "handed_over"
    MOVES = (Move((CLAIMED, FIXED, OWED), STAY, "the owner passes it on; what is owed goes along"),)
    owner: str

    def apply(self, bug: Bug, at: datetime, _by: str) -> Bug:
        return _passed_on(bug, self.owner, at)

    def line(self, _bug: Bug, by: str) -> Words:
        return Words("handshake", (Person(by), " handed it over to ", Person(self.owner)))


class TakenOver(Event):
    KIND = "taken_over"
    MOVES = (Move((CLAIMED, FIXED, OWED), STAY, "somebody else takes it, and the owner is told"),)
    owner: str
    previous: str

    def apply(self, bug: Bug, at: datetime, _by: str) -> Bug:
        return _passed_on(bug, self.owner, at)

    def line(self, _bug: Bug, by: str) -> Words:
        return Words("handshake", (Person(by), " took it over from ", Person(self.previous)))


class Estimated(Event):
    KIND = "estimated"
    MOVES = (Move(WORKING, STAY, "an estimate is only worth something before it is fixed"),)
    minutes: int

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return replace(bug, estimate=self.minutes)

    def line(self, _bug: Bug, by: str) -> Words:
        return Words("stopwatch", (Person(by), f" estimates {plural(self.minutes, 'minute')}"))


EVENTS = (Claimed, Released, HandedOver, TakenOver, Estimated)


def claim(bug: Bug, by: str) -> Claimed:
    """One claim wins; everybody else is told who has it and since when."""
    if bug.owner == by:
        raise Refused(f"You already have {bug.ref}.")
    if bug.owner:
        since = _since(bug)
        raise Refused(
            Person(bug.owner), f" already has {bug.ref}, since ", since, ". To take it from them: *Take over*."
        )
    must_allow(bug, Claimed)
    return Claimed(owner=by)


def _since(bug: Bug) -> Part:
    return Clock(bug.claimed_at) if bug.claimed_at else "a while ago"


def claim_if_free(bug: Bug, by: str) -> tuple[Event, ...]:
    """Working on a bug that nobody has claims it."""
    return (Claimed(owner=by),) if not bug.owner and bug.status is Status.OPEN else ()


def release(bug: Bug, by: str) -> Released:
    must_own(bug, by, "release")
    if bug.status in {Status.FIXED, Status.OWED}:
        raise Refused(
            f"{bug.ref} is fixed, but what is left needs an owner. Hand it over: `/bug hand {bug.ref} @somebody`."
        )
    _no_running_fix(bug)
    must_allow(bug, Released)
    return Released()


def hand_over(bug: Bug, by: str, to: str) -> HandedOver:
    must_own(bug, by, "hand over")
    if to == by:
        raise Refused(f"You already have {bug.ref}.")
    must_allow(bug, HandedOver)
    return HandedOver(owner=to)


def take_over(bug: Bug, by: str) -> Claimed | TakenOver:
    """Take the bug over from its owner, or claim it if it has no owner."""
    if not bug.owner:
        return claim(bug, by)
    if bug.owner == by:
        raise Refused(f"You already have {bug.ref}.")
    must_allow(bug, TakenOver)
    return TakenOver(owner=by, previous=bug.owner)


def estimate(bug: Bug, by: str, minutes: int) -> tuple[Event, ...]:
    """How long the fix will take; an unclaimed bug is claimed with it."""
    if not 0 < minutes <= LONGEST_ESTIMATE:
        raise Refused("An estimate is between 1 minute and 7 days, as in `/bug estimate BUG-1 10m`.")
    if bug.owner and bug.owner != by:
        raise Refused(Person(bug.owner), f" has {bug.ref}: the estimate is theirs to give.")
    must_allow(bug, Estimated)
    return (*claim_if_free(bug, by), Estimated(minutes=minutes))


def must_own(bug: Bug, by: str, verb: str) -> None:
    if not bug.owner:
        raise Refused(f"Nobody has {bug.ref}. Claim it first.")
    if bug.owner != by:
        since = _since(bug)
        raise Refused(
            "Only ", Person(bug.owner), f" can {verb} {bug.ref}, who has it since ", since, ". You can take it over."
        )


def _no_running_fix(bug: Bug) -> None:
    fix = bug.live_fix
    if fix and fix.started_at:
        raise Refused(Foreign(fix.name, 100), f" is running on production. Wait for its end, or hand {bug.ref} over.")

"""Claim, release, hand over, take over, estimate: exactly one person owns a bug."""

from datetime import datetime, timedelta

from bot.bug import events as e
from bot.bug.bug import Bug, Status
from bot.bug.decide.rules import must_allow
from bot.bug.errors import Refused
from bot.bug.events import Event
from bot.bug.mrkdwn import clock, who

LONGEST_ESTIMATE = 7 * 24 * 60


def claim(bug: Bug, by: str) -> e.Claimed:
    """One claim wins; everybody else is told who has it and since when."""
    if bug.owner == by:
        raise Refused(f"You already have {bug.ref}.")
    if bug.owner:
        raise Refused(
            f"{who(bug.owner)} already has {bug.ref}, since {_since(bug)}. To take it from them: *Take over*."
        )
    must_allow(bug, e.Claimed)
    return e.Claimed(owner=by)


def _since(bug: Bug) -> str:
    return clock(bug.claimed_at) if bug.claimed_at else "a while ago"


def claim_if_free(bug: Bug, by: str) -> tuple[Event, ...]:
    """Working on a bug that nobody has claims it."""
    return (e.Claimed(owner=by),) if not bug.owner and bug.status is Status.OPEN else ()


def release(bug: Bug, by: str) -> e.Released:
    must_own(bug, by, "release")
    if bug.status in {Status.FIXED, Status.OWED}:
        raise Refused(
            f"{bug.ref} is fixed, but what is left needs an owner. Hand it over: `/bug hand {bug.ref} @somebody`."
        )
    _no_running_fix(bug)
    must_allow(bug, e.Released)
    return e.Released()


def hand_over(bug: Bug, by: str, to: str) -> e.HandedOver:
    must_own(bug, by, "hand over")
    if to == by:
        raise Refused(f"You already have {bug.ref}.")
    must_allow(bug, e.HandedOver)
    return e.HandedOver(owner=to)


def take_over(bug: Bug, by: str) -> Event:
    """From whoever has it; nobody's bug is simply claimed."""
    if not bug.owner:
        return claim(bug, by)
    if bug.owner == by:
        raise Refused(f"You already have {bug.ref}.")
    must_allow(bug, e.TakenOver)
    return e.TakenOver(owner=by, previous=bug.owner)


def estimate(bug: Bug, by: str, minutes: int) -> tuple[Event, ...]:
    """How long the fix will take; an unclaimed bug is claimed with it."""
    if not 0 < minutes <= LONGEST_ESTIMATE:
        raise Refused("An estimate is between 1 minute and 7 days, as in `/bug estimate BUG-1 10m`.")
    if bug.owner and bug.owner != by:
        raise Refused(f"{who(bug.owner)} has {bug.ref}: the estimate is theirs to give.")
    must_allow(bug, e.Estimated)
    return (*claim_if_free(bug, by), e.Estimated(minutes=minutes))


def snooze(bug: Bug, now: datetime, minutes: int) -> e.Snoozed:
    """No clock of this bug speaks up for so long."""
    if not 0 < minutes <= LONGEST_ESTIMATE:
        raise Refused("Between 1 minute and 7 days, as in `/bug snooze BUG-1 30m`.")
    must_allow(bug, e.Snoozed)
    return e.Snoozed(until=now + timedelta(minutes=minutes))


def must_own(bug: Bug, by: str, verb: str) -> None:
    if not bug.owner:
        raise Refused(f"Nobody has {bug.ref}. Claim it first.")
    if bug.owner != by:
        raise Refused(
            f"Only {who(bug.owner)} can {verb} {bug.ref}, who has it since {_since(bug)}. You can take it over."
        )


def _no_running_fix(bug: Bug) -> None:
    fix = bug.live_fix
    if fix and fix.started_at:
        raise Refused(f"{fix.name} is running on production. Wait for its end, or hand {bug.ref} over.")

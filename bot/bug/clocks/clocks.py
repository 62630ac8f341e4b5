"""The clocks of a bug: whom to remind of what, and when, from the bug and the moment. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from pydantic import AwareDatetime, Field, field_validator

from bot.bug.bug import Bug, Debt, Status
from bot.bug.clocks.office import Office
from bot.bug.clocks.paging import PAGE, Call
from bot.bug.clocks.reminders import reminder_name
from bot.bug.customers.customer import Customer, Message
from bot.bug.ids import person_or_group
from bot.bug.values import Frozen

MOST = 28
"""Days between two reminders of a debt, at most."""
WORKING = frozenset({Status.OPEN, Status.CLAIMED})
UNTOLD = WORKING | {Status.FIXED}


class Rules(Office):
    """`[clocks]`: all spans in minutes. A list has a further reminder after each of its spans."""

    on_call: tuple[str, ...] = ()
    """Who is called while nobody has the bug: people (U…) or groups (S…); empty: whoever is in the channel."""

    @field_validator("on_call")
    @classmethod
    def _somebody(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(person_or_group, value))

    claim: tuple[int, ...] = (2, 5, 15)
    """A customer is online and nobody has claimed."""
    answer: tuple[int, ...] = (10, 20)
    """Somebody has claimed, and a customer who wrote has heard nothing."""
    promise: int = Field(default=3, ge=1)
    """Before the time that a first answer promised."""
    waiting: tuple[int, ...] = (57,)
    """A customer wrote, and does not know yet that it works."""


class Alarm(Frozen):
    """One clock: it speaks up at each of `times`, of which the last that is over counts."""

    kind: str
    since: AwareDatetime
    times: tuple[AwareDatetime, ...]
    whom: tuple[str, ...] = ()
    always: bool = False
    """Also outside of office hours."""
    waits: bool = False
    """Only in office hours, those of most offices where the settings name none."""


class Reminder(Frozen):
    """What is to be said: "unclaimed:1", to whom; nobody: whoever is there."""

    what: str
    whom: tuple[str, ...]
    since: AwareDatetime


def due(bug: Bug, now: datetime, rules: Rules, calls: Iterable[Call] = ()) -> tuple[Reminder, ...]:
    """What has to be said now and was not said yet; of a clock that is several rounds late, only the last.

    `calls`: who is called outside of Slack.
    """
    late = (_last(bug, alarm, now, rules) for alarm in (*alarms(bug, rules, now), *_paged(bug, calls)))
    return tuple(reminder for reminder in late if reminder)


def next_at(bug: Bug, now: datetime, rules: Rules, calls: Iterable[Call] = ()) -> datetime | None:
    """When to look again; None while no clock runs."""
    every = (*alarms(bug, rules, now), *_paged(bug, calls))
    return min((at for alarm in every for at in _times(bug, alarm, rules) if at > now), default=None)


def _times(bug: Bug, alarm: Alarm, rules: Rules) -> list[datetime]:
    quiet = bug.snoozed_until
    times = [max(at, quiet) if quiet else at for at in alarm.times]
    if alarm.always:
        return times
    office = rules.office if alarm.waits else rules
    return [office.open_from(at) for at in times]


def _last(bug: Bug, alarm: Alarm, now: datetime, rules: Rules) -> Reminder | None:
    passed = sum(at <= now for at in _times(bug, alarm, rules))
    reminder = Reminder(what=f"{alarm.kind}:{passed}", whom=alarm.whom, since=alarm.since)
    known = reminder_name(reminder.what, reminder.since) in bug.reminded
    return reminder if passed and not known else None


def alarms(bug: Bug, rules: Rules, now: datetime) -> Iterable[Alarm]:
    """Every clock that runs now, spoken up or not; one that never ends has its next time, too."""
    if bug.status in UNTOLD:
        yield from _unclaimed(bug, rules)
        yield from _silent(bug, rules)
        yield from _promised(bug, rules)
        for customer in _waiting(bug):
            yield from _customer(bug, customer, rules)
    if bug.status is Status.OWED and bug.debt:
        yield from _debt(bug, bug.debt, now)
    if (
        bug.status is Status.CLOSED
        and bug.closed_at
        and bug.owner
        and not (bug.lesson or bug.causes or bug.lesson_skipped)
    ):
        yield Alarm(kind="lesson", since=bug.closed_at, times=_asks(bug.closed_at), whom=(bug.owner,))


def _asks(closed: datetime) -> tuple[datetime, ...]:
    """When the retro's question is asked: once the work is put away, and once more the next day; never a third time."""
    return (closed + timedelta(minutes=10), closed + timedelta(days=1))


def _waiting(bug: Bug) -> tuple[Customer, ...]:
    """Who wrote and does not know yet; who was only hit waits for nothing."""
    return tuple(c for c in bug.untold if c.said_at and not c.told)


def _after(since: datetime, minutes: Iterable[int]) -> tuple[datetime, ...]:
    return tuple(since + timedelta(minutes=m) for m in minutes)


def _unclaimed(bug: Bug, rules: Rules) -> Iterator[Alarm]:
    there = [c for c in bug.untold if c.online]
    if bug.status is Status.OPEN and there and bug.free_since:
        since = max(bug.free_since, min(c.since for c in there))
        yield Alarm(kind="unclaimed", since=since, times=_after(since, rules.claim), whom=rules.on_call)


def _paged(bug: Bug, calls: Iterable[Call]) -> Iterator[Alarm]:
    """Named by when it became nobody's, so that each is called once for it, whoever else comes to wait meanwhile."""
    waits = [c for c in bug.untold if not c.told and (c.online or c.said_at)]
    if bug.status is Status.OPEN and waits and bug.free_since:
        since = max(bug.free_since, min(c.since for c in waits))
        for call in calls:
            times = _after(since, (call.after,))
            yield Alarm(kind=f"{PAGE}:{call.user}", since=bug.free_since, times=times, whom=(call.user,), always=True)


def _silent(bug: Bug, rules: Rules) -> Iterator[Alarm]:
    silent = [c for c in _waiting(bug) if not c.answered_at]
    if bug.owner and bug.claimed_at and silent:
        since = max(bug.claimed_at, min(c.since for c in silent))
        yield Alarm(kind="silent", since=since, times=_after(since, rules.answer), whom=(bug.owner,))


def _promised(bug: Bug, rules: Rules) -> Iterator[Alarm]:
    """Soon, then over; a promise for in a moment is not reminded of before."""
    kept = promise(bug)
    if not bug.back_by or kept is None:
        return
    near = max(bug.back_by - timedelta(minutes=rules.promise), kept.at)
    soon = near if near - kept.at >= timedelta(minutes=rules.promise) else bug.back_by
    yield Alarm(kind="promise", since=bug.back_by, times=(soon, bug.back_by), whom=(bug.owner or kept.by,))


def promise(bug: Bug) -> Message | None:
    """The answer that promised news by `bug.back_by`, while somebody still waits for them; None: no promise stands."""
    if not bug.back_by or bug.status not in UNTOLD:
        return None
    answers = (m for c in bug.untold if not c.told for m in reversed(c.messages))
    return next((m for m in answers if m.promised == bug.back_by), None)


def _customer(bug: Bug, customer: Customer, rules: Rules) -> Iterator[Alarm]:
    whom = (bug.owner,) if bug.owner else rules.on_call
    long = _after(customer.since, rules.waiting)
    yield Alarm(kind=f"waiting:{customer.id}", since=customer.since, times=long, whom=whom)
    if customer.left_at and not customer.answered_at:
        yield Alarm(kind=f"gone:{customer.id}", since=customer.left_at, times=(customer.left_at,), whom=whom)


def _debt(bug: Bug, debt: Debt, now: datetime) -> Iterator[Alarm]:
    """Until it is paid or waived, and when whoever owes it wanted to be reminded again."""
    yield Alarm(kind="debt", since=debt.due, times=tuple(_nags(debt.due, now)), whom=(debt.owner,), waits=True)
    again = bug.snoozed_until
    if again and again >= debt.due - timedelta(days=1):
        yield Alarm(kind="debt_again", since=again, times=(again,), whom=(debt.owner,), waits=True)


def _nags(due: datetime, now: datetime) -> Iterator[datetime]:
    """The day before, when it is due, and then more and more rarely, up to one that is still to come."""
    rounds = max((now - due).days // MOST + 1, 0)
    for day in (-1, 0, 1, 3, 7, 14, *range(MOST, MOST * (rounds + 1) + 1, MOST)):
        yield due + timedelta(days=day)

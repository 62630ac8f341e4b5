"""Runs the clocks of each bug: its cursor is due when the next clock is. A reminder is an entry before anybody reads it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import ClassVar

from bot.adapters.billing import revert_due
from bot.bug.bug import Bug
from bot.bug.clocks import clocks
from bot.bug.clocks.clocks import Reminder, Rules
from bot.bug.clocks.paging import Call
from bot.bug.clocks.reminders import Reminded, Snoozed, reminder_name
from bot.bug.course.course import CameBack, Closed, Reopened
from bot.bug.course.ownership import Claimed, HandedOver, Released, TakenOver
from bot.bug.customers.customers import CustomerPresence, CustomerWrote
from bot.bug.debt.debt import DebtChanged, Owed, OwedAgain, Paid
from bot.bug.gifts.gifts import Granted, GrantUndoAsked
from bot.bug.gifts.proposal import upgrades
from bot.bug.keys import fit
from bot.bug.telling.messages import Answered
from bot.bug.values import Actor, ActorKind
from bot.ledger.db.engine import SINKS
from bot.ledger.ledger import Ledger
from bot.ledger.relay.sink import Served, Work
from bot.ledger.relay.subscription import Subscription

BY = Actor(kind=ActorKind.SYSTEM, id="clock")
Receipts = Callable[[int, int], Awaitable[Granted]]


@dataclass(frozen=True)
class ClockSink:
    """The lease lets one process look at a bug's clocks; the key of a reminder lets it speak once, whatever restarts."""

    ledger: Ledger
    rules: Rules
    receipts: Receipts
    calls: tuple[Call, ...] = ()
    """Who is called outside of Slack."""
    name: ClassVar[str] = "clock"
    slots: ClassVar[int] = 4
    interest: ClassVar[Subscription] = Subscription(
        kinds=frozenset(
            {
                Claimed,
                Released,
                HandedOver,
                TakenOver,
                CustomerWrote,
                CustomerPresence,
                Answered,
                Reopened,
                CameBack,
                Snoozed,
                Owed,
                OwedAgain,
                DebtChanged,
                Paid,
                Closed,
                Granted,
            }
        ),
        jumps=True,
    )

    async def serve(self, work: Work) -> Served:
        now, bug = self.ledger.clock(), work.bug
        for reminder in clocks.due(bug, now, self.rules, self.calls):
            await self._say(bug, reminder)
        for _customer, given, until in upgrades(bug):
            if until <= now:
                await self._end(bug, given.seq)
        ends = [until for *_, until in upgrades(bug) if until > now]
        coming = [at for at in (clocks.next_at(bug, now, self.rules, self.calls), *ends) if at]
        return Served(again_in=max((min(coming) - now).total_seconds(), 0) if coming else None)

    async def _say(self, bug: Bug, reminder: Reminder) -> None:
        """Decided on the bug as it is under the lock: who claims at this moment is not called any more."""

        def decide(present: Bug) -> Reminded | None:
            still = reminder in clocks.due(present, self.ledger.clock(), self.rules, self.calls)
            return Reminded(what=reminder.what, whom=reminder.whom, since=reminder.since) if still else None

        key = fit(f"reminder:{bug.ref}:{reminder_name(reminder.what, reminder.since)}")
        await self.ledger.record(bug.ref.number, decide, by=BY, key=key, rank=SINKS)

    async def _end(self, bug: Bug, seq: int) -> None:
        """An upgrade whose time is over goes back, once."""
        granted = await self.receipts(bug.ref.number, seq)
        if revert_due(granted.receipt):
            over = GrantUndoAsked(granted=seq, why="its time is over", ended=True)
            await self.ledger.record(bug.ref.number, lambda _b: over, by=BY, key=f"ended:{bug.ref}:{seq}", rank=SINKS)

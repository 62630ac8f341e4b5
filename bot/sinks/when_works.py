"""Sends the tell that somebody decided with a fix, once the probe is green; else drops it with a sentence.

Everything is decided on the bug as it is under its lock, and the entry that settles a plan ends it: repeating this does no harm.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.bug import Bug
from bot.bug.course.course import Fixed, Reopened
from bot.bug.customers.customer import PlannedTell
from bot.bug.customers.customers import CustomerJoined
from bot.bug.event import Event
from bot.bug.fixes import when_works
from bot.bug.fixes.approval import FixRejected
from bot.bug.fixes.doubt import FixSettled
from bot.bug.fixes.fix import Fix, RunState
from bot.bug.fixes.looks import ProbeAsked, Probed
from bot.bug.fixes.review import FixSentBack
from bot.bug.fixes.rules import find
from bot.bug.fixes.run import FixCancelled, FixEnded, FixLapsed, FixReportedDone
from bot.bug.fixes.when_works import TellPlanned
from bot.bug.gifts.caps import Caps, OverCap
from bot.bug.keys import fit
from bot.bug.telling.gift_texts import GiftTexts
from bot.bug.telling.letters import Letters
from bot.bug.values import Actor, ActorKind
from bot.ledger.db.engine import SINKS
from bot.ledger.index import caps
from bot.ledger.ledger import Entry, Ledger
from bot.ledger.relay.sink import Served, Work
from bot.ledger.relay.subscription import Subscription

BY = Actor(kind=ActorKind.SYSTEM, id="when-works")
ASK_AGAIN = timedelta(seconds=20)
"""Between two looks at a page that does not work yet: it may only be slow to recover."""


@dataclass(frozen=True, kw_only=True)
class PlannedTellSink:
    ledger: Ledger
    texts: GiftTexts
    caps: Caps
    letters: Letters
    name: ClassVar[str] = "when_works"
    slots: ClassVar[int] = 4
    interest: ClassVar[Subscription] = Subscription(
        kinds=frozenset(
            {
                TellPlanned,
                FixEnded,
                FixReportedDone,
                FixSettled,
                FixLapsed,
                FixRejected,
                FixSentBack,
                FixCancelled,
                Fixed,
                Reopened,
                Probed,
                CustomerJoined,
            }
        ),
        jumps=True,
        endless=True,
    )

    async def serve(self, work: Work) -> Served:
        planned = work.bug.planned
        if planned is None:
            return Served()
        settled = await self._settle(work.bug, planned)
        if settled:
            return Served()
        return Served(again_in=await self._look_again(work.bug, find(work.bug, planned.run), planned))

    async def _settle(self, bug: Bug, planned: PlannedTell) -> bool:
        """Whether the plan is settled now, by a tell in the name of whoever planned it, or by the sentence that drops it."""
        by = Actor(kind=ActorKind.PERSON, id=planned.by)
        try:
            return await self._record(bug, by)
        except OverCap as over:
            dropped = when_works.dropped(planned, f"the gift passes {over.words}")
            await self.ledger.record(bug.ref.number, lambda now: _still(now, planned, dropped), by=BY, rank=SINKS)
            return True

    async def _record(self, bug: Bug, by: Actor) -> bool:
        now = self.ledger.clock()

        async def also(conn: AsyncConnection, _bug: Bug, entries: tuple[Entry, ...]) -> None:
            await caps.take_told(conn, self.ledger.team, entries, self.caps)

        recorded = await self.ledger.record(
            bug.ref.number, lambda present: self._due(present, now), by=by, also=also, rank=SINKS
        )
        return bool(recorded.entries)

    def _due(self, bug: Bug, now: datetime) -> tuple[Event, ...]:
        return self.letters.hold(bug, when_works.due(bug, now, self.texts), now)

    async def _look_again(self, bug: Bug, fix: Fix, planned: PlannedTell) -> float | None:
        """Seconds until the next look; None while the run has not ended, for its end is an entry."""
        if fix.ended_at is None or fix.state is not RunState.SUCCEEDED:
            return None
        passed = self.ledger.clock() - fix.ended_at
        times = passed // ASK_AGAIN
        if times and not when_works.works(bug, fix):
            await self._ask(bug, fit(f"when-works:{bug.ref}:{planned.seq}:{times}"))
        return _seconds(fix.ended_at, times, self.ledger.clock())

    async def _ask(self, bug: Bug, key: str) -> None:
        await self.ledger.record(bug.ref.number, lambda _now: ProbeAsked(), by=BY, key=key, rank=SINKS)


def _still(bug: Bug, planned: PlannedTell, dropped: Event) -> Event | None:
    return dropped if bug.planned and bug.planned.seq == planned.seq else None


def _seconds(ended: datetime, times: int, now: datetime) -> float:
    """Until the page is asked again, or its time is over."""
    coming = min(ended + (times + 1) * ASK_AGAIN, ended + when_works.WITHIN)
    return max((coming - now).total_seconds(), 0.05)

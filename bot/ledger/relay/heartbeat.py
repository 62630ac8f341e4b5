"""Renews the leases that this process holds, and stops work under a lease that was lost.

A process that was stopped (SIGSTOP, a suspended machine) and goes on later finds its time over before it sends anything more:
timers of the loop that are due run before the task that waits. What was not waiting asks `must_be_in_time` before it sends.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

from bot.bug.errors import MakegoodError
from bot.ledger.ledger import Ledger
from bot.ledger.relay import lease as leases
from bot.ledger.relay.leased import Lease
from bot.process.in_time import working_until
from bot.process.tasks import surviving
from bot.text import sentence

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Held:
    lease: Lease
    limit: asyncio.Timeout
    endless: bool


@dataclass(frozen=True)
class Heartbeat:
    """`seconds`: how long a lease lasts."""

    ledger: Ledger
    seconds: float
    _held: dict[tuple[int, str], _Held] = field(default_factory=dict)

    @asynccontextmanager
    async def hold(self, lease: Lease, taken: float, *, endless: bool = False) -> AsyncIterator[None]:
        """Until the lease runs out, counted from `taken` (the loop's time). `endless`: what can't be stopped half-way."""
        place = (lease.bug, lease.sink)
        try:
            # by the loop's monotonic clock: somebody who sets the machine's clock must not stretch a lease
            async with asyncio.timeout_at(None if endless else taken + self.seconds) as limit:
                self._held[place] = _Held(lease, limit, endless)
                with working_until(limit.when):
                    yield
        except TimeoutError:
            log.warning("%s lost its lease on BUG-%s; whoever has it now looks first.", lease.sink, lease.bug)
            await self._lost(lease)
        finally:
            self._held.pop(place, None)

    async def _lost(self, lease: Lease) -> None:
        """What was under way may have gone out after all, after whoever has it now has looked."""
        try:
            await leases.lost(self.ledger, lease, self.seconds / 2)
        except (MakegoodError, SQLAlchemyError, OSError) as error:
            log.warning("Nobody could be told of it: %s", sentence(error))

    async def keep(self) -> None:
        """Renews three times in a lease, until cancelled: whatever one beat meets, the next one comes."""
        while True:
            await asyncio.sleep(self.seconds / 3)
            with surviving("Leases could not be renewed"):
                await self._renew_all()

    async def _renew_all(self) -> None:
        """All together, however many: one after another the last would run out on a slow database. Then what was not free alone."""
        held = dict(self._held)
        if not held:
            return
        now = asyncio.get_running_loop().time()
        renewed = await leases.renew_all(self.ledger, [one.lease for one in held.values()], self.seconds)
        # those first that wait for nobody; and each by itself, for what one meets must cost no other its lease
        for place, one in sorted(held.items(), key=lambda x: x[0] not in renewed):
            with surviving(f"The lease of {place[1]} on BUG-{place[0]} could not be renewed"):
                if place in renewed:
                    self._ends(place, one, now + self.seconds)
                else:
                    await self._renew(place, one)

    async def _renew(self, place: tuple[int, str], held: _Held) -> None:
        if self._held.get(place) is not held:
            return
        now = asyncio.get_running_loop().time()
        mine = await leases.renew(self.ledger, held.lease, self.seconds)
        # a lost lease ends the work at once
        self._ends(place, held, now + self.seconds if mine else now)

    def _ends(self, place: tuple[int, str], held: _Held, at: float) -> None:
        """Its time counts from before the question: the answer may have taken longer than a lease."""
        # the work may have ended, or another lease of this place begun, while the database answered
        if self._held.get(place) is held and not held.endless and not held.limit.expired():
            held.limit.reschedule(at)

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
from bot.in_time import working_until
from bot.ledger.ledger import Ledger
from bot.ledger.relay import lease as leases
from bot.ledger.relay.leased import Lease

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
        finally:
            self._held.pop(place, None)

    async def keep(self) -> None:
        """Renews three times in a lease, until cancelled; a database that is away is asked again."""
        while True:
            await asyncio.sleep(self.seconds / 3)
            for place in tuple(self._held):
                try:
                    await self._renew(place)
                except (MakegoodError, SQLAlchemyError, OSError) as error:
                    log.warning("A lease could not be renewed: %s", error)

    async def _renew(self, place: tuple[int, str]) -> None:
        held = self._held.get(place)
        if held is None:
            return
        now = asyncio.get_running_loop().time()
        mine = await leases.renew(self.ledger, held.lease, self.seconds)
        # the work may have ended, or another lease of this place begun, while the database answered
        if self._held.get(place) is held and not held.endless and not held.limit.expired():
            # from before the question: its answer may have taken longer than the lease. A lost lease ends the work at
            # once.
            held.limit.reschedule(now + self.seconds if mine else now)

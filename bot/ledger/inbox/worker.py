"""Works off the inbox: hands stored items to their handlers at once, and takes up what another process left behind."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, OperationalError

from bot.bug.errors import Doubtful, MakegoodError, Newer, Unavailable
from bot.ledger.db.away import spoilt
from bot.ledger.db.engine import HOOKS
from bot.ledger.inbox.inbox import Inbox, Item
from bot.ledger.relay.pace import TooSoon
from bot.ledger.relay.steady import Steady
from bot.process.tasks import Lasting, surviving
from bot.text import sentence

log = logging.getLogger(__name__)

Handler = Callable[[Sequence[Item]], Awaitable[object]]
AtOnce = Callable[[Item], Awaitable[bool | None]]
"""Stores one item and works on it in one transaction: whether its key was new. None where it can't, and nothing was stored."""
BATCH = 200
SWEEP = 2.0
OUTAGE = 10.0
"""Seconds after which something that is away is asked again."""
ROLLED = 3600.0
"""Seconds for which what can't be read is left to a newer version that may have stored it."""
LEFT = 60.0
"""Seconds in which this process does not take up again what it left to a newer version: that one is to find it due."""


@dataclass
class InboxWorker:
    """A handler for each source gets its items in batches, in order; one that fails is tried again alone, later.

    `at_once`: sources that may be worked on in the transaction that stores them, while none of theirs waits.
    """

    inbox: Inbox
    handlers: Mapping[str, Handler]
    at_once: Mapping[str, AtOnce] = field(default_factory=dict)
    lasting: Lasting = field(default_factory=Lasting)
    _left: dict[str, float] = field(default_factory=dict)
    """Key -> until when it is left to a newer version, in Unix seconds."""
    _busy: set[str] = field(default_factory=set)
    _queues: dict[str, asyncio.Queue[Item]] = field(default_factory=dict)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def submit(self, item: Item) -> bool:
        """Durable when this returns; True where it is new."""
        if item.source in self.at_once and item.source not in self._busy and self._queue(item.source).empty():
            # one commit instead of two between a webhook and its card; under load the inbox's shared commits are
            # cheaper again
            done = await self._at_once(item)
            if done is not None:
                return done
        new = await self.inbox.store(item)
        if new:
            self._queue(item.source).put_nowait(item)
        return new

    async def _at_once(self, item: Item) -> bool | None:
        """One at a time: what arrives meanwhile is stored together, and worked on together."""
        self._busy.add(item.source)
        try:
            return await self.at_once[item.source](item)
        except Exception as error:  # noqa: BLE001 - whatever it was, nothing is stored yet: by the inbox it is kept and tried again
            log.warning("%s goes by the inbox: %s", item.source, sentence(error))
            return None
        finally:
            self._busy.discard(item.source)

    def _queue(self, source: str) -> asyncio.Queue[Item]:
        return self._queues.setdefault(source, asyncio.Queue())

    def start(self) -> None:
        start = self.lasting.start
        self._tasks = [start(f"work on what came in ({source})", self._work(source)) for source in self.handlers]
        self._tasks.append(start("look for what waits in the inbox", self._sweep()))
        self._tasks.append(start("handing on of what was stored here", self._take_fresh()))

    async def stop(self) -> None:
        """What is stored and not worked off yet waits in the inbox for the next start."""
        await self.lasting.stop(*self._tasks)

    async def _work(self, source: str) -> None:
        queue = self._queue(source)
        while True:
            batch = [await queue.get()]
            # repeats of one error come in bursts, and are folded into one entry
            while not queue.empty() and len(batch) < BATCH:
                batch.append(queue.get_nowait())
            self._busy.add(source)
            try:
                await self._handle(source, batch)
            finally:
                self._busy.discard(source)

    async def _handle(self, source: str, batch: list[Item]) -> None:
        """Never raises: what can't even be noted as failed is still in the inbox, and the sweep finds it there."""
        try:
            await self.handlers[source](batch)
        except Exception as error:  # one bad delivery must not stop the others: it is kept and tried again
            log.warning(
                "%s: %s of %s", source, error, len(batch), exc_info=not isinstance(error, MakegoodError | TooSoon)
            )
            with surviving("What arrived waits in the inbox"):
                await self._apart(source, batch, error)

    async def _apart(self, source: str, batch: list[Item], error: Exception) -> None:
        """One by one, so that only what fails itself is tried again; what is done by now is left alone."""
        if len(batch) == 1:
            await self._failed(batch[0], error)
            return
        async with self.inbox.db.write(HOOKS) as conn:
            # a handler commits piece by piece: part of the batch may be done, although it raised
            left = await self.inbox.left(conn, [item.key for item in batch])
        for item in batch:
            if item.key in left:
                await self._alone(source, item)

    async def _alone(self, source: str, item: Item) -> None:
        try:
            await self.handlers[source]([item])
        except Exception as error:  # noqa: BLE001 - whatever it is concerns this item alone: it is noted and tried again
            await self._failed(item, error)

    async def _failed(self, item: Item, error: Exception) -> None:
        """An outage is nobody's fault and may last for hours: only what fails by itself is given up in the end."""
        now = self.inbox.clock()
        if isinstance(error, Newer) or (isinstance(error, ValidationError) and now - item.at < ROLLED):
            self._left[item.key] = now + LEFT
            await self.inbox.later(item, str(error), 0.0)
        elif _passing(error):
            await self.inbox.later(item, str(error), getattr(error, "wait", None) or OUTAGE)
        else:
            await self.inbox.failed(item, str(error) or repr(error))

    async def _take_fresh(self) -> None:
        """What this process stored for itself."""
        while True:
            item = await self.inbox.fresh.get()
            self._queue(item.source).put_nowait(item)

    async def _sweep(self) -> None:
        steady = Steady(self.inbox.clock)
        while True:
            with surviving("The inbox can't be read, and is tried again"):
                if steady.set_back():
                    await self.inbox.awaken()
                    steady.minded()
                if await self.inbox.waiting(self.handlers):
                    for item in await self.inbox.take(self.handlers, besides=self._left_alone()):
                        self._queue(item.source).put_nowait(item)
            await asyncio.sleep(SWEEP)

    def _left_alone(self) -> Collection[str]:
        now = self.inbox.clock()
        # one that is further away is from before the clock was set back
        self._left = {key: until for key, until in self._left.items() if now < until <= now + LEFT}
        return tuple(self._left)


def _passing(error: Exception) -> bool:
    """Another system, the pace or the database, not the item."""
    lost = isinstance(error, DBAPIError) and (error.connection_invalidated or spoilt(error))
    return lost or isinstance(error, Unavailable | Doubtful | TooSoon | OperationalError | OSError)

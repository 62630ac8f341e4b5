"""Works the inbox off: what is stored is handed on at once, and what another process left behind is taken up."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

from bot.domain.errors import MakegoodError
from bot.ledger.inbox import Inbox, Item

log = logging.getLogger(__name__)

Handler = Callable[[Sequence[Item]], Awaitable[object]]
BATCH = 200
SWEEP = 2.0


@dataclass
class Inflow:
    """A handler for each source gets its items in batches, in order; one that fails is tried again alone, later."""

    inbox: Inbox
    handlers: Mapping[str, Handler]
    _queues: dict[str, asyncio.Queue[Item]] = field(default_factory=dict)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def submit(self, item: Item) -> bool:
        """Durable when this returns; True where it is new."""
        new = await self.inbox.store(item)
        if new:
            self._queue(item.source).put_nowait(item)
        return new

    def _queue(self, source: str) -> asyncio.Queue[Item]:
        return self._queues.setdefault(source, asyncio.Queue())

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._work(source)) for source in self.handlers]
        self._tasks.append(asyncio.create_task(self._sweep()))

    async def stop(self) -> None:
        """What is stored and not worked off yet waits in the inbox for the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _work(self, source: str) -> None:
        queue = self._queue(source)
        while True:
            batch = [await queue.get()]
            while not queue.empty() and len(batch) < BATCH:
                batch.append(queue.get_nowait())
            await self._handle(source, batch)

    async def _handle(self, source: str, batch: list[Item]) -> None:
        try:
            await self.handlers[source](batch)
        except Exception as error:
            log.warning("%s: %s of %s", source, error, len(batch), exc_info=not isinstance(error, MakegoodError))
            for item in batch:
                await self._alone(item) if len(batch) > 1 else await self.inbox.failed(item, str(error))

    async def _alone(self, item: Item) -> None:
        try:
            await self.handlers[item.source]([item])
        except Exception as error:  # noqa: BLE001 - as above
            await self.inbox.failed(item, str(error))

    async def _sweep(self) -> None:
        while True:
            try:
                if await self.inbox.waiting(self.handlers):
                    for item in await self.inbox.take(self.handlers):
                        self._queue(item.source).put_nowait(item)
            except (SQLAlchemyError, OSError) as error:
                log.warning("The inbox can't be read: %s. Trying again.", error)
            await asyncio.sleep(SWEEP)

"""Writes that share a commit: while one is on its way to disk, all that arrives collects for the next."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from sqlalchemy.exc import DBAPIError, OperationalError

BATCH = 500
What = TypeVar("What")


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[What]):
    what: What
    written: asyncio.Future[bool]


@dataclass
class Batches(Generic[What]):
    """`commit` makes a batch durable, and says of each whether it is new."""

    commit: Callable[[Sequence[What]], Awaitable[Sequence[bool]]]
    _waiting: list[_Waiting[What]] = field(default_factory=list)
    _flusher: asyncio.Task[None] | None = None

    async def write(self, what: What) -> bool:
        """After the commit. Raises what the commit met: nothing of it is stored then."""
        waiting = _Waiting(what, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        # the busier it is, the more share one
        if self._flusher is None or self._flusher.done():
            self._flusher = asyncio.create_task(self._flush())
        # the sender may hang up; what is in the batch is written all the same, and its future must not be cancelled
        # under the others
        return await asyncio.shield(waiting.written)

    async def _flush(self) -> None:
        while self._waiting:
            # so that a burst is answered in slices, instead of all of it when the last one is stored
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            try:
                await self._written(batch)
            except BaseException as error:  # whoever waits must be told, whatever it was: nothing was stored
                if len(batch) > 1 and _about_one(error):
                    await self._one_by_one(batch)
                    continue
                _settle(batch, error)
                if not isinstance(error, Exception):
                    raise

    async def _one_by_one(self, batch: list[_Waiting[What]]) -> None:
        """One of them can't be stored: the others must not fail with it."""
        for waiting in batch:
            try:
                await self._written([waiting])
            except Exception as error:  # noqa: BLE001 - whoever waits must be told, whatever it was
                _settle([waiting], error)

    async def _written(self, batch: list[_Waiting[What]]) -> None:
        told = await self.commit([waiting.what for waiting in batch])
        for waiting, new in zip(batch, told, strict=True):
            waiting.written.set_result(new)


def _about_one(error: BaseException) -> bool:
    """Not about the database as a whole: a text that it can't store."""
    if isinstance(error, DBAPIError):
        return not (isinstance(error, OperationalError) or error.connection_invalidated)
    return isinstance(error, ValueError)


def _settle(batch: list[_Waiting[What]], error: BaseException) -> None:
    for waiting in batch:
        waiting.written.set_exception(error)

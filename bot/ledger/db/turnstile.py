"""One at a time, the most urgent first; whoever may share is let in together with one who is inside."""

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Generic, NamedTuple, Protocol, TypeVar


class Hosting(Protocol):
    def left(self) -> None:
        """The guest who was let in last is gone, or does not come."""
        ...


Host = TypeVar("Host", bound=Hosting)


class _Waiter(NamedTuple):
    """Ordered by (rank, arrival)."""

    rank: int
    arrived: int
    shares: bool
    turn: "asyncio.Future[Any]"
    """None: the turn itself. Else whose guest it becomes."""


class Turnstile(Generic[Host]):
    """A lock that lets the most urgent waiter in first: (rank, arrival)."""

    def __init__(self) -> None:
        self._busy = False
        self._waiting: list[_Waiter] = []
        self._count = itertools.count()

    @asynccontextmanager
    async def hold(self, rank: int) -> AsyncIterator[None]:
        """Alone."""
        await self.enter(rank)
        try:
            yield
        finally:
            self.leave()

    async def enter(self, rank: int, *, shares: bool = False) -> Host | None:
        """None: the turn is the caller's, who has to `leave`. Else, where it `shares`: whose guest the caller is, and has to be `left`."""
        if not self._busy:
            self._busy = True
            return None
        turn = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, _Waiter(rank, next(self._count), shares, turn))
        try:
            host: Host | None = await turn
        except asyncio.CancelledError:
            # asyncio may cancel a waiter in the moment in which it was woken
            if turn.done() and not turn.cancelled():
                given: Host | None = turn.result()
                given.left() if given else self.leave()  # the turn had been given to us: pass it on
            raise
        return host

    def leave(self) -> None:
        while self._waiting:
            turn = heapq.heappop(self._waiting).turn
            if not turn.done():
                turn.set_result(None)
                return
        self._busy = False

    def next_shares(self, rank: int) -> bool:
        """Whether the one who is next may be let in beside one of this rank."""
        while self._waiting and self._waiting[0].turn.done():
            heapq.heappop(self._waiting)
        return bool(self._waiting) and self._waiting[0].rank == rank and self._waiting[0].shares

    def admit(self, host: Host) -> None:
        """Lets the next one in as a guest of somebody who is inside."""
        heapq.heappop(self._waiting).turn.set_result(host)

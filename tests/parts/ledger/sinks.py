"""A sink that writes down what it is asked, and a relay that serves it: what the stories about cursors are told with."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.bug.course.conversation import Said
from bot.bug.course.news import Opened
from bot.bug.course.ownership import Claimed
from bot.bug.debt.board import BoardCardMade
from bot.ledger.ledger import Ledger
from bot.ledger.relay import leased
from bot.ledger.relay.relay import Relay
from bot.ledger.relay.sink import Served, Work
from bot.ledger.relay.subscription import Subscription
from tests.support.stores import Store, cursor

Answer = Served | Exception
SAID = Subscription(kinds=frozenset({Said}))
CARD = Subscription(kinds=frozenset({Opened, Said, Claimed, BoardCardMade}), jumps=True)


@dataclass
class Scribe:
    """A sink that writes down what it is asked, and answers what the story says, at last with "done"."""

    interest: Subscription = SAID
    answers: list[Answer] = field(default_factory=list)
    name: str = "scribe"
    slots: int = 4
    served: list[Work] = field(default_factory=list)

    async def serve(self, work: Work) -> Served:
        self.served.append(work)
        answer = self.answers.pop(0) if self.answers else Served()
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def read(self) -> list[object]:
        """What was said, or None for a call that serves the present."""
        return [getattr(w.entry.event, "text", "") if w.entry else None for w in self.served]

    @property
    def doubts(self) -> list[bool]:
        return [work.doubt for work in self.served]


@dataclass
class Blocked(Scribe):
    """Never comes back from a bug in `on` until it is let go."""

    on: frozenset[int] = frozenset()
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, work: Work) -> Served:
        self.served.append(work)
        if work.bug.ref.number in self.on:
            await self.go.wait()
        return Served()


@asynccontextmanager
async def relaying(
    ledger: Ledger, *sinks: Scribe, seconds: float = leased.LEASE, attempts: int = 8
) -> AsyncIterator[Relay]:
    relay = Relay(ledger, {sink.name: sink for sink in sinks}, max_attempts=attempts, lease_seconds=seconds)
    running = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        await relay.stop(0.2)
        await running


async def until(holds: Callable[[], Awaitable[object]] | Callable[[], object], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while True:
            found = holds()
            if await found if isinstance(found, Awaitable) else found:
                return
            await asyncio.sleep(0.01)


def later(store: Store, relay: Relay, seconds: float) -> None:
    """Time goes by, and the relay looks at once."""
    store.clock.advance(seconds)
    relay.wake()


def follows(store: Store, *sinks: Scribe) -> Ledger:
    return store.ledger({sink.name: sink.interest for sink in sinks})


def at_rest(ledger: Ledger, bug: int, sink: str) -> Callable[[], Awaitable[bool]]:
    async def resting() -> bool:
        found = await cursor(ledger, bug, sink)
        return found["due"] is None and found["lease"] == 0

    return resting


def paused(ledger: Ledger, bug: int, sink: str = "scribe") -> Callable[[], Awaitable[bool]]:
    async def waits() -> bool:
        found = await cursor(ledger, bug, sink)
        return bool(found["due"] and found["due"] > ledger.clock().timestamp() and found["lease"] == 0)

    return waits

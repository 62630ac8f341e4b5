"""A ledger in a real database, and what follows its trail, on a clock that the story sets."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import aiohttp
import pytest

from bot.ledger.ledger import Ledger
from bot.ledger.relay import Relay, Sink
from tests.parts.ledger.conftest import (  # noqa: F401 - fixtures of a store
    empty_postgres,
    empty_sqlite,
    ledger,
    store,
    url,
)
from tests.support.stores import Store


@dataclass
class Stage:
    """A relay over some sinks; `until` waits for what comes of it, `outage` lets time pass while nothing answers."""

    ledger: Ledger
    store: Store
    relays: list[tuple[Relay, asyncio.Task[None]]] = field(default_factory=list)

    def follow(self, *sinks: Sink) -> Relay:
        self.ledger.sinks = {sink.name: sink.interest for sink in sinks}
        relay = Relay(self.ledger, {sink.name: sink for sink in sinks})
        self.ledger.woken = lambda _recorded: relay.wake()
        self.relays.append((relay, asyncio.create_task(relay.run())))
        return relay

    async def until(self, done: Callable[[], bool]) -> None:
        """Time goes on as fast as the relay can follow."""
        for _ in range(2000):
            if done():
                return
            self.store.clock.advance(1)
            for relay, _task in self.relays:
                relay.wake()
            await asyncio.sleep(0.005)
        raise AssertionError("it never came to that")

    async def outage(self, minutes: int) -> None:
        """Time passes; every minute the relay gets its chance."""
        for _ in range(minutes):
            self.store.clock.advance(60)
            for relay, _task in self.relays:
                relay.wake()
            await asyncio.sleep(0.02)

    async def stop(self) -> None:
        for relay, task in self.relays:
            await relay.stop(2)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@pytest.fixture(scope="module")
def where() -> str:  # one database is enough where the other side is the subject
    return "sqlite"


@pytest.fixture
async def stage(ledger: Ledger, store: Store) -> AsyncIterator[Stage]:  # noqa: F811 - the fixtures above
    stage = Stage(ledger, store)
    yield stage
    await stage.stop()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session

"""A ledger in a real database, and what follows its trail, on a clock that the story sets."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from bot.adapters.boards import trello
from bot.adapters.ports import Board
from bot.demo.trello.fake import TrelloFake
from bot.ledger.db.tables import cursors
from bot.ledger.ledger import Ledger
from bot.ledger.relay.relay import Relay
from bot.ledger.relay.sink import Sink
from bot.outgoing import sessions
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
        self.ledger = replace(self.ledger, sinks={sink.name: sink.interest for sink in sinks})
        relay = Relay(self.ledger, {sink.name: sink for sink in sinks})
        self.relays.append((relay, asyncio.create_task(relay.run())))
        return relay

    async def until(self, done: Callable[[], bool]) -> None:
        """Time goes on as fast as the relay can follow."""
        for _ in range(600):
            await self.quiet()
            if done():
                return
            self.store.clock.advance(10)
        raise AssertionError("it never came to that")

    async def outage(self, minutes: int) -> None:
        """Time passes; every minute the relay gets its chance, and is waited for."""
        for _ in range(minutes):
            self.store.clock.advance(60)
            await self.quiet()

    async def quiet(self) -> None:
        """Until nothing is due, and nothing on its way."""
        for relay, _task in self.relays:
            relay.wake()
        while await self._busy():
            await asyncio.sleep(0.005)

    async def _busy(self) -> bool:
        now = self.store.clock.seconds()
        mine = cursors.c.sink.in_(tuple(self.ledger.sinks)) & cursors.c.gave_up.is_(None)
        busy = select(cursors.c.bug).where(mine, (cursors.c.due <= now) | (cursors.c.lease > now))
        async with self.ledger.db.read() as conn:
            return (await conn.execute(busy.limit(1))).first() is not None

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
    async with sessions.pooled() as session:
        yield session


KEY, TOKEN = "key-of-the-team", "token-of-the-team"


@pytest.fixture
async def fake() -> AsyncIterator[TrelloFake]:
    fake = TrelloFake(key=KEY, token=TOKEN, secret="s")
    yield fake
    await fake.close()


@pytest.fixture
async def board(fake: TrelloFake, http: aiohttp.ClientSession) -> AsyncIterator[Board]:
    app = web.Application()
    app.add_routes(fake.routes())
    async with TestServer(app) as server:
        address = str(server.make_url("")).rstrip("/")
        settings = {"url": fake.board_url, "key": KEY, "token": TOKEN, "base_url": address, "timeout": 0.3}
        board = trello.connect(trello.Settings.model_validate(settings), http)
        yield board
        await board.close()

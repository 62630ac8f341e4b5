"""How soon the second process serves what the first one writes: PostgreSQL's NOTIFY, not the poll once a second."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ClassVar

from bot.bug.course.conversation import Said
from bot.bug.course.news import Opened
from bot.bug.values import Actor, ActorKind
from bot.ledger.db.engine import Database
from bot.ledger.db.migrate import migrate
from bot.ledger.db.notify import listen
from bot.ledger.ledger import Ledger
from bot.ledger.relay.relay import Relay
from bot.ledger.relay.sink import Served, Work
from bot.ledger.relay.subscription import Subscription
from tests.bench.figure import Figure
from tests.bench.fix_figures import postgres
from tests.bench.stage import Times

ROUNDS, WARM, EVERY = 60, 5, 0.13
"""Not in step with the poll."""
LIMIT = 100.0
BY = Actor(kind=ActorKind.SYSTEM, id="bench")


class _Bell:
    """A sink that says when it was asked."""

    name: ClassVar[str] = "bell"
    slots: ClassVar[int] = 4
    interest: ClassVar[Subscription] = Subscription(kinds=frozenset({Said}))

    def __init__(self) -> None:
        self.rung = asyncio.Event()
        self.at = 0.0

    async def serve(self, _work: Work) -> Served:
        self.at = time.perf_counter()
        self.rung.set()
        return Served()


async def wake(home: Path, database: str = "") -> list[Figure]:
    """From before the write in one process, its commit included, until a sink of the other is asked."""
    bell = _Bell()
    with postgres(home, database) as url:
        async with _process(url, bell) as here, _process(url, bell) as there, _served(there, bell):
            bug = await _opened(here)
            took = [await _once(here, bell, bug) for _ in range(ROUNDS + WARM)][WARM:]
    times = Times(all=tuple(sorted(took)))
    detail = f"[p50 {times.p(50) * 1e3:.1f} ms, slowest {times.p(100) * 1e3:.1f} ms]"
    return [
        Figure(name="woken by another process, p95", value=times.p(95) * 1e3, limit=LIMIT, unit="ms", detail=detail)
    ]


@asynccontextmanager
async def _process(url: str, bell: _Bell) -> AsyncIterator[Ledger]:
    """With connections of its own, as a process has."""
    db = Database(url)
    try:
        await migrate(db)
        yield Ledger(db, "T0BENCH", {bell.name: bell.interest})
    finally:
        await db.close()


@asynccontextmanager
async def _served(ledger: Ledger, bell: _Bell) -> AsyncIterator[None]:
    relay = Relay(ledger, {bell.name: bell})
    tasks = [asyncio.create_task(relay.run()), asyncio.create_task(listen(ledger.db, relay.wake))]
    try:
        yield
    finally:
        await relay.stop()
        tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _opened(ledger: Ledger) -> int:
    first = Opened(source="bench", group="g", title="bench", admitted="it is measured")
    async with ledger.db.write() as conn:
        return (await ledger.open(conn, [first], by=BY)).bug.ref.number


async def _once(ledger: Ledger, bell: _Bell, bug: int) -> float:
    await asyncio.sleep(EVERY)
    bell.rung.clear()
    began = time.perf_counter()
    await ledger.record(bug, lambda _bug: Said(user="U0BENCH", ts="1.1", text="x"), by=BY)
    await bell.rung.wait()
    return bell.at - began

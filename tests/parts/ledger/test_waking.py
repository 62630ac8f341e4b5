"""On PostgreSQL, what one process writes wakes the others at once."""

import asyncio
import logging

import pytest

from bot.ledger.db.notify import listen
from bot.ledger.relay.relay import Relay
from bot.ledger.relay.wakes import Wakes
from tests.parts.ledger.sinks import Scribe, follows, until
from tests.support.stores import Store, open_bug, rows, said

SEVERAL = pytest.mark.parametrize("where", ["postgresql", "psycopg"], indirect=True)


@SEVERAL
async def test_what_another_process_writes_wakes_this_one(store: Store) -> None:
    one, two = store.ledger(), store.ledger()
    bug, woken = await open_bug(one), asyncio.Event()
    listening = asyncio.create_task(listen(two.db, woken.set))

    async def heard() -> bool:
        await said(one, bug, "a")
        return woken.is_set()

    await until(heard)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


@SEVERAL
async def test_a_process_that_would_not_look_for_an_hour_serves_at_once_what_another_writes(store: Store) -> None:
    here = Scribe()
    one, two = follows(store, here), follows(store, here)
    bug, listens = await open_bug(one), asyncio.Event()
    relay = Relay(two, {here.name: here}, poll=3600.0)

    def woken() -> None:
        listens.set()
        relay.wake()

    tasks = [asyncio.create_task(relay.run()), asyncio.create_task(listen(two.db, woken))]
    await asyncio.wait_for(listens.wait(), 10)
    for text in ("a", "b", "c"):
        await said(one, bug, text)
        await until(lambda text=text: text in here.read)
    await relay.stop()
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@SEVERAL
async def test_a_connection_that_is_lost_is_made_anew(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    one, two = store.ledger(), store.ledger()
    bug, woken = await open_bug(one), asyncio.Event()
    caplog.set_level(logging.WARNING)
    listening = asyncio.create_task(listen(two.db, woken.set))

    async def heard() -> bool:
        await said(one, bug, "a")
        return woken.is_set()

    await until(heard)
    others = (
        "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%' AND pid <> pg_backend_pid()"
    )
    (before,) = await rows(one.db, f"SELECT pid {others}")
    await rows(one.db, f"SELECT pg_terminate_backend(pid) {others}")

    async def anew() -> bool:
        found = await rows(one.db, f"SELECT pid {others}")
        return bool(found) and found != [before]

    await until(anew)
    woken.clear()
    await until(heard)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def test_where_nobody_wakes_the_wait_ends_by_itself() -> None:
    wakes: Wakes[str] = Wakes()
    await wakes.wait(0.01)
    wakes.wake()
    await wakes.wait(60)

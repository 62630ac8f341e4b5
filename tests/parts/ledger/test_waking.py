"""On PostgreSQL, what one process writes wakes the others at once."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.ledger.db.notify import listen
from bot.ledger.ledger import Ledger
from bot.ledger.relay.lease import try_again_in
from bot.ledger.relay.relay import Relay
from bot.ledger.relay.wakes import Wakes
from tests.parts.ledger.sinks import Blocked, Scribe, at_rest, follows, relaying, until
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
async def test_what_a_process_serves_itself_wakes_nobody_and_what_it_can_not_serve_wakes_the_others(
    store: Store,
) -> None:
    here, elsewhere = Scribe(name="here"), Scribe(name="elsewhere")
    alone, shared = follows(store, here), follows(store, here, elsewhere)
    async with listened(store) as woken:
        async with relaying(alone, here):
            bug = await open_bug(alone)
            await served_at_once(alone, bug, here, woken)
            woken.clear()
            await said(alone, bug, "mine")
            await until(lambda: "mine" in here.read)
            await until(at_rest(alone, bug, "here"))
            await asyncio.sleep(0.1)
            assert woken == []
        async with relaying(shared, here):
            await said(shared, bug, "theirs, too")
            await until(lambda: woken)


@SEVERAL
async def test_what_finds_no_free_place_here_wakes_who_may_have_one(store: Store) -> None:
    busy = Blocked(name="busy", slots=1, on=frozenset({1}))
    ledger = follows(store, busy)
    async with listened(store) as woken, relaying(ledger, busy):
        assert await open_bug(ledger, "a") == 1
        await said(ledger, 1, "a")
        await until(lambda: busy.served)
        assert await open_bug(ledger, "b") == 2
        woken.clear()
        await said(ledger, 2, "b")
        await until(lambda: woken)
        busy.go.set()


@SEVERAL
async def test_what_is_tried_again_by_hand_wakes_every_process(store: Store) -> None:
    here = Scribe()
    ledger = follows(store, here)
    bug = await open_bug(ledger)
    async with listened(store) as woken, ledger.db.write() as conn:
        await try_again_in(conn, ledger, bug, here.name)
        await ledger.notify(conn)
        assert woken == []
    async with listened(store) as woken:
        async with ledger.db.write() as conn:
            await try_again_in(conn, ledger, bug, here.name)
            await ledger.notify(conn)
        await until(lambda: woken)


async def served_at_once(ledger: Ledger, bug: int, sink: Scribe, woken: list[str]) -> None:
    """The first look of a relay may come before or after what is written: from here on the writer serves its own."""

    async def own() -> bool:
        woken.clear()
        await said(ledger, bug, "again")
        await until(at_rest(ledger, bug, sink.name))
        await asyncio.sleep(0.05)
        return woken == []

    await until(own)


@asynccontextmanager
async def listened(store: Store) -> AsyncIterator[list[str]]:
    """What a process of its own is woken by, from when it listens."""
    woken, began, db = list[str](), asyncio.Event(), store.database()

    def wake() -> None:
        woken.append("woken")
        began.set()

    listening = asyncio.create_task(listen(db, wake))
    await asyncio.wait_for(began.wait(), 10)
    woken.clear()
    yield woken
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


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

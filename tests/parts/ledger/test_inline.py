"""SQLite on the event loop: who is cut off while waiting for the file leaves a connection that works."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from bot.ledger.db.sqlite_driver import creator
from bot.ledger.ledger import Ledger
from tests.support.stores import Store, open_bug

pytestmark = pytest.mark.parametrize("where", ["sqlite"], indirect=True)


async def test_who_is_cut_off_while_another_process_writes_leaves_nothing_open(store: Store, ledger: Ledger) -> None:
    path = store.url.partition(":///")[2]
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(open_bug(ledger))
        await asyncio.sleep(0.1)
        writing.cancel()
        other.execute("ROLLBACK")
        with pytest.raises(asyncio.CancelledError):
            await writing
    assert await open_bug(ledger) == 1


async def test_the_loop_goes_on_while_a_writer_waits_for_another_process(store: Store, ledger: Ledger) -> None:
    path = store.url.partition(":///")[2]
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(open_bug(ledger))
        for _ in range(5):
            await asyncio.sleep(0.01)
        assert not writing.done()
        other.execute("ROLLBACK")
    assert await writing == 1


async def test_it_speaks_to_sqlalchemy_as_aiosqlite_does(store: Store) -> None:
    conn = await creator(store.url)()
    await conn.commit()
    async with conn.cursor() as cursor:
        await cursor.executemany("INSERT INTO counters VALUES (?, ?, ?)", [("T1", name, 1) for name in "abc"])
        await cursor.execute("INSERT INTO counters VALUES ('T1', 'd', 1)")
        assert (cursor.rowcount, cursor.lastrowid) == (1, 4)
        await cursor.execute("SELECT name FROM counters ORDER BY name")
        assert await cursor.fetchone() == ("a",)
        assert await cursor.fetchmany(2) == [("b",), ("c",)]
        assert await cursor.fetchmany() == [("d",)]
    assert conn.isolation_level is None
    await conn.close()


async def test_only_a_file_that_is_busy_is_waited_for(store: Store) -> None:
    conn = await creator(store.url)()
    async with conn.cursor() as cursor:
        await cursor.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError, match="within a transaction"):
            await cursor.execute("BEGIN IMMEDIATE")
        await cursor.execute("PRAGMA busy_timeout")
        assert await cursor.fetchone() == (15000,), "the next one waits as long as ever"
    await conn.close()

"""SQLite on the event loop: who is cut off while waiting for the file leaves a connection that works."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from bot.ledger.db.sqlite_driver import _COMMITTER, HERE, creator
from bot.ledger.ledger import Ledger
from tests.support.stores import Store, open_bug, rows

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
    await conn.begin()
    with pytest.raises(sqlite3.OperationalError, match="within a transaction"):
        await conn.begin()
    await conn.rollback()
    with closing(sqlite3.connect(store.url.partition(":///")[2], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        begun = asyncio.create_task(conn.begin())
        await asyncio.sleep(5 * HERE)
        assert not begun.done(), "the next one waits as long as ever"
        other.execute("ROLLBACK")
        await begun
    await conn.close()


async def test_a_commit_that_fails_says_so_to_whoever_waits(store: Store) -> None:
    conn = await creator(store.url)()
    async with conn.cursor() as cursor:
        await cursor.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        await cursor.execute("CREATE TABLE child (parent REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)")
        await cursor.execute("PRAGMA foreign_keys=ON")
        await conn.begin()
        await cursor.execute("INSERT INTO child VALUES (1)")
        with pytest.raises(sqlite3.IntegrityError):
            await conn.commit()
    await conn.rollback()
    await conn.close()


async def test_a_commit_whose_writer_is_cut_off_is_carried_to_its_end(store: Store, ledger: Ledger) -> None:
    async with ledger.db.engine.connect() as conn:
        raw = (await conn.get_raw_connection()).driver_connection
        assert raw is not None
        await raw.begin()
        await conn.exec_driver_sql("INSERT INTO counters VALUES ('T1', 'x', 1)")
        committing = asyncio.create_task(raw.commit())
        await asyncio.sleep(0)
        committing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await committing
    assert await rows(ledger.db, "SELECT name FROM counters") == [("x",)]


def test_a_loop_that_ended_while_the_disk_was_busy_leaves_the_commits_of_the_next_alone(store: Store) -> None:
    async def begins_and_leaves() -> None:
        conn = await creator(store.url)()
        await conn.begin()
        async with conn.cursor() as cursor:
            await cursor.execute("INSERT INTO counters VALUES ('T1', 'x', 1)")
        _COMMITTER.commit(conn._conn)

    async def writes() -> None:
        db = store.database()
        async with db.write() as conn:
            await conn.exec_driver_sql("INSERT INTO counters VALUES ('T1', 'y', 1)")
        await db.close()

    asyncio.run(begins_and_leaves())
    asyncio.run(writes())


async def test_what_waits_for_a_commit_is_not_called_where_there_was_none(ledger: Ledger) -> None:
    called: list[str] = []

    async def breaks_off() -> None:
        async with ledger.db.write() as conn:
            ledger.db.after_commit(conn, lambda: called.append("broken off"))
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await breaks_off()
    async with ledger.db.write() as conn:
        ledger.db.after_commit(conn, lambda: called.append("written"))
        assert called == []
    assert called == ["written"]

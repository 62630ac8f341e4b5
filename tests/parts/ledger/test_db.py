"""What a connection promises: transactions, snapshots, and no lock that outlives its process."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.bug.errors import Unavailable
from bot.ledger.db import engine as ledger_db
from bot.ledger.db.sqlite_driver import _apart, _settle
from bot.ledger.db.turnstile import Turnstile
from bot.ledger.db.writer import Together
from bot.ledger.ledger import Ledger
from tests.support.stores import Store, open_bug, rows, said

SEVERAL = pytest.mark.parametrize("where", ["postgresql", "psycopg"], indirect=True)


async def test_a_snapshot_sees_one_moment_whatever_is_written_meanwhile(ledger: Ledger) -> None:
    bug = await open_bug(ledger)
    count = text("SELECT count(*) FROM entries")
    async with ledger.db.snapshot() as conn:
        assert await conn.scalar(count) == 1
        await said(ledger, bug, "a", "b")
        assert await conn.scalar(count) == 1
    async with ledger.db.read() as conn:
        assert await conn.scalar(count) == 3


async def test_what_breaks_off_in_a_transaction_leaves_nothing(ledger: Ledger) -> None:
    async def breaks_off() -> None:
        async with ledger.db.write() as conn:
            await conn.execute(text("INSERT INTO counters VALUES ('T1', 'x', 1)"))
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await breaks_off()
    assert await rows(ledger.db, "SELECT name FROM counters") == []


async def test_a_database_that_answers_is_alive(ledger: Ledger) -> None:
    assert await ledger.db.alive()


@SEVERAL
async def test_a_transaction_whose_process_is_frozen_is_ended_by_the_database(store: Store) -> None:
    found = await rows(store.database(), "SHOW idle_in_transaction_session_timeout")
    assert found == [(f"{ledger_db.IDLE:.0f}s",)]


async def test_people_write_before_hooks_and_hooks_in_order_of_arrival() -> None:
    turnstile, order = Turnstile[Together](), list[str]()

    async def enter(name: str, rank: int) -> None:
        async with turnstile.hold(rank):
            order.append(name)

    async with turnstile.hold(ledger_db.HOOKS):
        waiting = [
            asyncio.create_task(enter(name, rank))
            for name, rank in (("hook 1", ledger_db.HOOKS), ("hook 2", ledger_db.HOOKS), ("person", ledger_db.PEOPLE))
        ]
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)
    assert order == ["person", "hook 1", "hook 2"]


@pytest.mark.parametrize("late", [False, True], ids=["while waiting", "when its turn had come"])
async def test_who_gives_up_waiting_passes_the_turn_on(*, late: bool) -> None:
    turnstile, came = Turnstile[Together](), asyncio.Event()

    async def enter(*, then: asyncio.Event | None = None) -> None:
        async with turnstile.hold(ledger_db.PEOPLE):
            if then:
                then.set()

    async with turnstile.hold(ledger_db.PEOPLE):
        gives_up = asyncio.create_task(enter())
        patient = asyncio.create_task(enter(then=came))
        await asyncio.sleep(0)
        if not late:
            gives_up.cancel()
            await asyncio.sleep(0)
    if late:
        gives_up.cancel()
    await asyncio.wait_for(came.wait(), 5)
    await asyncio.gather(gives_up, patient, return_exceptions=True)


async def test_why_a_database_can_not_be_reached_is_said_in_one_line(tmp_path: Path) -> None:
    db = ledger_db.Database(f"sqlite+aiosqlite:///{tmp_path}")
    with pytest.raises(Unavailable, match=r"^The database can't be reached: [^\n]*[a-z]\.$"):
        async with db.read():
            pass
    assert not await db.alive()
    await db.close()


async def test_who_waits_no_more_for_a_commit_is_not_told_of_it() -> None:
    waiting = asyncio.get_running_loop().create_future()
    waiting.cancel()
    _settle(waiting, sqlite3.OperationalError("disk full"))
    assert waiting.cancelled()


def _mine(waits: "asyncio.Task[None]") -> None:
    waits.cancel()


def _everything(_waits: "asyncio.Task[None]") -> None:
    """As the end of a loop does."""
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()


@pytest.mark.parametrize("cancels", [_mine, _everything])
async def test_however_a_task_is_cancelled_it_waits_until_its_thread_has_let_go(
    cancels: Callable[["asyncio.Task[None]"], None],
) -> None:
    """SQLite ends the whole process where a connection is closed that another thread still uses."""
    began, goes_on = threading.Event(), threading.Event()

    def works() -> None:
        began.set()
        goes_on.wait(10)

    waits = asyncio.create_task(_apart(works))
    while not began.is_set():
        await asyncio.sleep(0.001)
    for _ in range(3):
        cancels(waits)
        await asyncio.sleep(0.01)
        assert not waits.done()
    goes_on.set()
    with pytest.raises(asyncio.CancelledError):
        await waits

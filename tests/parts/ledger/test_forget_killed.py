"""`kill -9` at a statement of an erasing: either nobody is forgotten and no entry says so, or everything is gone and one entry does."""

import asyncio
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from shutil import copy

import pytest

from bot.bug.customers.customers import CustomerJoined, CustomerWrote
from bot.bug.values import CustomerHint
from bot.ledger.inbox.inbox import Inbox, Item
from bot.ledger.ledger import Ledger
from tests.support.stores import MONDAY, TEAM, Store, open_bug

EMAIL = "ada@example.com"
ADA = CustomerHint(name="Ada", email=EMAIL)
DIES = """
import asyncio, os, signal, sys
from shutil import copy
from sqlalchemy import event
from bot.ledger.db.engine import Database
from bot.ledger.forget import forget
from bot.ledger.ledger import Ledger

async def erase(path, last):
    db, done = Database(f"sqlite+aiosqlite:///{path}"), 0

    def counted(*_args):
        nonlocal done
        done += 1
        if done == last:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(db.engine.sync_engine, "before_cursor_execute", counted)
    event.listen(db.engine.sync_engine, "commit", counted)
    await forget(Ledger(db, "T0LOCAL", {}), "ada@example.com", why="asked for it")
    await db.close()
    return done

def child(last):
    path = copy(sys.argv[1], f"{sys.argv[2]}/{last}.db")
    pipe = os.pipe()
    if not os.fork():
        os.write(pipe[1], str(asyncio.run(erase(path, last))).encode())
        os._exit(0)
    os.close(pipe[1])
    os.wait()
    return os.read(pipe[0], 20).decode()

points = int(child(0))
print(points, *map(child, sorted({1, points // 4, points // 2, points * 3 // 4, *range(points - 4, points + 1)})))
"""


@pytest.fixture
def where() -> str:
    return "sqlite"


def standing(path: Path) -> tuple[int, int]:
    """How many stored texts name them, and how many entries say that somebody was erased: as SQLite itself reads the file."""
    with closing(sqlite3.connect(path)) as conn:
        tables = [name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = [json.dumps(row, default=str) for name in tables for row in conn.execute(f"SELECT * FROM {name}")]
        ((entries,),) = conn.execute("SELECT count(*) FROM entries WHERE kind = 'customer_erased'")
    return sum(EMAIL in row for row in rows), entries


def killed(full: Path, folder: Path) -> str:
    """Leaves a database for each death in the folder."""
    ran = subprocess.run([sys.executable, "-c", DIES, full, folder], capture_output=True, text=True, check=True)  # noqa: S603 - our own words
    return ran.stdout


async def test_whenever_it_dies_all_of_it_is_done_or_nothing(ledger: Ledger, store: Store, tmp_path: Path) -> None:
    for _ in range(3):
        await open_bug(
            ledger,
            "Menu page fails",
            CustomerJoined(customer="c1", hint=ADA, via="bugsnag"),
            CustomerWrote(customer="c1", text=f"I am {EMAIL}", at=MONDAY),
        )
    await Inbox(ledger.db, TEAM, store.clock.seconds).store(Item(key="k", source="mail", body=f"from {EMAIL}"))
    await store.close()
    full, folder = Path(store.url.removeprefix("sqlite+aiosqlite:///")), tmp_path / "died"
    with closing(sqlite3.connect(full)) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    folder.mkdir()
    before = standing(Path(copy(full, tmp_path / "before.db")))
    points, *lived = map(int, (await asyncio.to_thread(killed, full, folder)).split())
    found = {standing(path) for path in folder.glob("*.db")}
    assert (before[0] > 6, points > 20, lived) == (True, True, [])
    assert found == {before, (0, 1)}

"""A SQLite file that a failing disk has spoilt: what of it is damaged is said in words, and nothing starts on it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from bot.bug.errors import Misconfigured
from bot.ledger.db.damage import damage, unreadable
from bot.ledger.db.engine import Database
from bot.ledger.db.opening import opened
from bot.ledger.entries import trail
from bot.process.closing import Closing
from tests.support import postgres
from tests.support.stores import Store, open_bug, said

PAGE = 4096


def url(file: Path) -> str:
    return f"sqlite+aiosqlite:///{file}"


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    """A trail's database, with everything in the one file."""
    file = tmp_path / "makegood.db"
    async with Closing() as closing_:
        await opened(url(file), closing_)
    with closing(sqlite3.connect(file)) as conn:
        conn.execute("PRAGMA journal_mode = DELETE")
    return file


def spoil(file: Path, page: int) -> None:
    """Zeros where a page was."""
    raw = bytearray(file.read_bytes())
    raw[(page - 1) * PAGE : page * PAGE] = bytes(PAGE)
    file.write_bytes(raw)


def page_of(file: Path, table: str) -> int:
    with closing(sqlite3.connect(file)) as conn:
        return int(conn.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0])


def test_of_a_sound_file_nothing_is_said(file: Path) -> None:
    assert damage(url(file)) == ""


def test_another_database_is_not_looked_at() -> None:
    assert damage("postgresql+asyncpg://makegood@127.0.0.1/shop") == ""


def test_a_damaged_table_is_named_and_what_to_do(file: Path) -> None:
    spoil(file, page_of(file, "cursors"))
    said = damage(url(file))
    assert "is damaged: in cursors." in said
    assert "newest backup" in said


def test_what_is_damaged_outside_of_the_tables_is_said_so(file: Path) -> None:
    with closing(sqlite3.connect(file)) as conn:
        conn.execute("CREATE TABLE spare (text TEXT)")
        conn.execute("INSERT INTO spare VALUES (?)", ("x" * 20 * PAGE,))
        conn.commit()
        conn.execute("DROP TABLE spare")
        conn.commit()
    raw = bytearray(file.read_bytes())
    raw[32:36] = (0).to_bytes(4)  # where the list of free pages begins
    file.write_bytes(raw)
    assert "is damaged: outside of its tables." in damage(url(file))


def test_a_file_of_which_no_table_can_be_read_is_said_so(file: Path) -> None:
    file.write_bytes(b"nonsense" * PAGE)
    assert "no table can be told" in damage(url(file))


def test_a_file_that_somebody_holds_is_not_called_damaged(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as conn:
        conn.execute("BEGIN EXCLUSIVE")
        assert damage(url(file)) == ""


async def test_nothing_starts_on_a_damaged_file(file: Path) -> None:
    spoil(file, 1)
    async with Closing() as closing_:
        with pytest.raises(Misconfigured, match=r"The database can't be used: the file .* is damaged"):
            await opened(url(file), closing_)


@pytest.mark.parametrize("where", ["postgresql"], indirect=True)
async def test_a_table_that_postgresql_can_not_read_is_named(store: Store, postgres_server: Path) -> None:
    ledger = store.ledger()
    await open_bug(ledger)
    assert await unreadable(ledger.db) == ""
    name = str(make_url(store.url).database)
    await store.close()
    with postgres.damaged(postgres_server, name, "entries") as copy:
        db = Database(postgres.url(postgres_server, copy, "asyncpg"))
        assert (await unreadable(db)).startswith("PostgreSQL can't read all of entries. Stop the bot")
        await db.close()


@pytest.mark.parametrize("where", ["postgresql"], indirect=True)
@pytest.mark.parametrize("table", ["entries", "bugs"])
async def test_postgresql_is_not_ready_once_a_page_can_not_be_read(
    store: Store, postgres_server: Path, table: str, caplog: pytest.LogCaptureFixture
) -> None:
    await open_bug(store.ledger())
    name = str(make_url(store.url).database)
    await store.close()
    with postgres.damaged(postgres_server, name, table) as copy:
        damaged = Store(postgres.url(postgres_server, copy, "asyncpg"))
        ledger = damaged.ledger()
        assert await ledger.db.alive()  # nobody has met it yet
        for _ in range(2):
            with pytest.raises(DBAPIError):
                await said(ledger, 1, "what a press would write")
        assert not await ledger.db.alive()
        assert ledger.db.trouble == "a page of it is damaged; look at PostgreSQL's log, and restore a backup"
        assert caplog.text.count("The database is damaged: a page of it is damaged") == 1
        await damaged.close()


async def test_a_file_is_not_ready_once_a_page_can_not_be_read(file: Path) -> None:
    spoil(file, page_of(file, "entries"))
    store = Store(url(file))
    ledger = store.ledger()
    with pytest.raises(DBAPIError):
        await trail(ledger, await open_bug(ledger))
    assert not await ledger.db.alive()
    assert ledger.db.trouble == "its file is damaged; `makegood doctor` says where"
    await store.close()


async def test_a_file_is_asked_in_its_own_way(file: Path) -> None:
    db = Database(f"sqlite+aiosqlite:///{file}")
    assert await unreadable(db) == ""
    await db.close()

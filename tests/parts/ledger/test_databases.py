"""Databases as earlier versions left them: this one opens, migrates, verifies and folds each, and loses nothing.

`tests/support/dumping.py` says how the next dump is made.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
from sqlalchemy import select

from bot.bug.bug import Status
from bot.ledger import states, workspace
from bot.ledger.db.migrate import migrate, newest
from bot.ledger.db.tables import bugs
from bot.ledger.entries import list_bugs, trail
from bot.ledger.ledger import Ledger
from bot.ledger.refreshing import freshen
from bot.ledger.verify import verify
from bot.slack.views.thread_lines import line, workspace_line
from tests.support import dumping, postgres
from tests.support.folding import refold
from tests.support.stores import Store, said

DUMPS = sorted(path for path in dumping.FOLDER.iterdir() if path.suffix in {".sqlite3", ".sql"})
Count = Callable[[], dict[str, Any]]


@pytest.fixture(params=DUMPS, ids=lambda path: path.name)
def dump(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@pytest.fixture
def opened(dump: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[str, Count]]:
    """Its address, and what a plain driver counts in it."""
    if dump.suffix == ".sqlite3":
        path = Path(copy(dump, tmp_path / "makegood.db"))
        yield f"sqlite+aiosqlite:///{path}", lambda: dumping.counted_in_sqlite(path)
        return
    socket = request.getfixturevalue("postgres_server")
    with postgres.database(socket) as name:
        uri = postgres.url(socket, name)
        dumping.restore(uri, dump)
        yield postgres.url(socket, name, "asyncpg"), lambda: dumping.counted_in_postgres(uri)


@pytest.fixture
def url(opened: tuple[str, Count]) -> str:
    return opened[0]


@pytest.fixture
async def ledger(store: Store) -> Ledger:
    ledger = store.ledger()
    await migrate(ledger.db)
    return ledger


async def test_nothing_is_lost_on_the_way(ledger: Ledger, dump: Path, opened: tuple[str, Count]) -> None:
    suffix = ".sqlite.json" if dump.suffix == ".sqlite3" else ".postgresql.json"
    assert opened[1]() == json.loads(dump.with_suffix(suffix).read_text())


async def test_its_trail_is_whole_and_goes_on(ledger: Ledger) -> None:
    assert await verify(ledger) > 2
    await said(ledger, 1, "after the update")
    assert await verify(ledger) > 2


async def test_each_bug_is_what_its_entries_tell_and_each_entry_can_be_read(ledger: Ledger) -> None:
    for bug in await list_bugs(ledger, tuple(Status)):
        entries = await trail(ledger, bug.ref.number)
        assert refold(bug.ref, entries) == bug
        assert len(entries) == bug.seq
        assert [line(entry, bug, "Dana") for entry in entries]


async def test_each_bug_is_found_by_what_it_is(ledger: Ledger) -> None:
    await freshen(ledger)
    async with ledger.db.read() as conn:
        rows = (await conn.execute(select(bugs))).mappings().all()
        folded = [(row, await states.anew(conn, ledger.team, row["number"])) for row in rows]
    assert folded
    for row, (bug, whole) in folded:
        assert whole
        assert {name: row[name] for name in states.columns(bug)} == states.columns(bug)


async def test_the_workspace_is_what_its_entries_tell(ledger: Ledger) -> None:
    entries = await workspace.trail(ledger)
    assert workspace.refold(ledger.team, entries) == await workspace.load(ledger)
    assert all(workspace_line(entry) for entry in entries)


def test_the_newest_schema_has_its_dumps() -> None:
    assert {path.name for path in DUMPS if path.stem == newest()} == {f"{newest()}.sqlite3", f"{newest()}.sql"}

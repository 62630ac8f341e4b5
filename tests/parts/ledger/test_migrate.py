"""The schema: one process brings it up to date, nothing drifts from the tables, and the guards stand after every step."""

import ast
import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Text

from bot import shipped
from bot.bug.errors import Misconfigured, TrailBroken
from bot.ledger.db.migrate import _upgrade, config, guards_missing, migrate, newest
from bot.ledger.db.tables import SEARCH, metadata
from tests.support import postgres
from tests.support.stores import Store, rows, sql


@pytest.fixture
def blank(where: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Store]:
    """A database without a table."""
    if where == "sqlite":
        yield Store(f"sqlite+aiosqlite:///{tmp_path / 'blank.db'}")
        return
    socket = request.getfixturevalue("postgres_server")
    with postgres.database(socket) as name:
        yield Store(postgres.url(socket, name, "asyncpg"))


async def test_the_migrations_make_exactly_the_tables(store: Store) -> None:
    def drift(conn: Connection) -> list[object]:
        opts = {"compare_type": True, "include_object": _described}
        return list(compare_metadata(MigrationContext.configure(conn, opts=opts), metadata))

    async with store.database().read() as conn:
        assert await conn.run_sync(drift) == []


def _described(_object: object, name: str | None, *_more: object) -> bool:
    """The index of words is of a kind that metadata can't say; on SQLite it has tables of its own beside it."""
    return not (name or "").startswith((SEARCH, f"ix_{SEARCH}"))


async def test_several_processes_may_start_at_once(blank: Store) -> None:
    processes = [blank.database() for _ in range(1 if blank.sqlite else 4)]
    await asyncio.gather(*map(migrate, processes))
    await asyncio.gather(*map(migrate, processes))
    assert await rows(processes[0], "SELECT version_num FROM alembic_version") == [(newest(),)]
    await blank.close()


def test_the_newest_revision_is_alembics_head() -> None:
    assert newest() == ScriptDirectory.from_config(config()).get_current_head()


def _taken_away(file: Path) -> set[str]:
    """What a migration does that a process of the version before it may stumble over."""
    calls = [x for x in ast.walk(ast.parse(file.read_text())) if isinstance(x, ast.Call)]
    done = {call.func.attr for call in calls if isinstance(call.func, ast.Attribute) and _is_op(call.func.value)}
    columns = [
        call.args[1] for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "add_column"
    ]
    must = {"a column that must be filled" for column in columns if not _may_be_left_out(column)}
    return done - {"add_column", "create_table", "create_index", "execute", "get_bind", "f"} | must


def _is_op(value: ast.expr) -> bool:
    return isinstance(value, ast.Name) and value.id == "op"


def _may_be_left_out(column: ast.expr) -> bool:
    assert isinstance(column, ast.Call)
    given = {one.arg: ast.unparse(one.value) for one in column.keywords}
    return "server_default" in given or given.get("nullable") == "True"


def test_a_migration_only_adds_so_that_the_version_before_it_goes_on_beside_it() -> None:
    files = {file.name[1:5]: file for file in (shipped.MIGRATIONS / "versions").glob("r0*.py")}
    assert _taken_away(files["0011"]) == {"drop_index", "drop_column"}, "the last before this rule"
    assert _taken_away(files["0007"]) == set()
    assert {number: _taken_away(file) for number, file in files.items() if number > "0011"}.keys() <= {
        number for number, file in files.items() if not _taken_away(file)
    }


def _step(connection: Connection, revision: str) -> None:
    command.upgrade(config(connection), revision)


async def test_after_every_migration_the_guards_stand(blank: Store) -> None:
    steps = [s.revision for s in ScriptDirectory.from_config(config()).walk_revisions()][::-1]
    db = blank.database()
    for revision in steps:
        async with db.write() as conn:
            await conn.run_sync(_step, revision)
            assert await conn.run_sync(guards_missing) == [], revision
    await blank.close()


async def test_a_migration_after_which_a_guard_is_gone_is_not_kept(store: Store) -> None:
    def in_batch_mode(conn: Connection) -> None:
        operations = Operations(MigrationContext.configure(conn))
        with operations.batch_alter_table("entries", recreate="always" if store.sqlite else "never") as entries:
            entries.add_column(Column("more", Text))
        if not store.sqlite:
            operations.execute("DROP TRIGGER entries_no_truncate ON entries")

    async def careless() -> None:
        async with db.write() as conn:
            await conn.run_sync(in_batch_mode)
            await conn.run_sync(_upgrade)

    db = store.database()
    with pytest.raises(TrailBroken, match="these guards are gone: entries"):
        await careless()
    async with db.read() as conn:
        assert await conn.run_sync(guards_missing) == []


async def test_an_older_version_does_not_touch_a_newer_database(store: Store) -> None:
    await sql(store.database(), "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Misconfigured, match="belongs to a newer Makegood"):
        await migrate(store.database())

"""The schema: one process brings it up to date, nothing drifts from the tables, and the guards stand after every step."""

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

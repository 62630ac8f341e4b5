"""The schema: one process brings it up to date, nothing drifts from the tables, and the guards stand after every step."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.domain.errors import TrailBroken
from bot.ledger.db import Database
from bot.ledger.migrate import config, guards_missing, migrate, newest
from bot.ledger.tables import metadata
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
        return list(compare_metadata(MigrationContext.configure(conn, opts={"compare_type": True}), metadata))

    async with store.database().read() as conn:
        assert await conn.run_sync(drift) == []


async def test_several_processes_may_start_at_once(blank: Store) -> None:
    processes = [blank.database() for _ in range(1 if blank.sqlite else 4)]
    await asyncio.gather(*map(migrate, processes))
    await asyncio.gather(*map(migrate, processes))
    assert await rows(processes[0], "SELECT version_num FROM alembic_version") == [(newest(),)]
    await blank.close()


def test_the_newest_revision_is_alembics_head() -> None:
    assert newest() == ScriptDirectory.from_config(config()).get_current_head()


async def test_after_every_migration_the_guards_stand(blank: Store) -> None:
    steps = [s.revision for s in ScriptDirectory.from_config(config()).walk_revisions()][::-1]
    db = blank.database()
    for revision in steps:
        async with db.write() as conn:
            await conn.run_sync(lambda c, to=revision: command.upgrade(config(c), to))
            assert await conn.run_sync(guards_missing) == [], revision
    await blank.close()


async def test_a_migration_after_which_a_guard_is_gone_is_not_kept(blank: Store) -> None:
    db = blank.database()
    await migrate(db)
    trigger = "entries_no_delete" if blank.sqlite else "entries_no_change ON entries"
    await sql(db, f"DROP TRIGGER {trigger}", "UPDATE alembic_version SET version_num = '0000'", *_forget_revision(db))
    with pytest.raises(TrailBroken, match="these guards are gone: entries"):
        await migrate(db)
    await blank.close()


def _forget_revision(db: Database) -> list[str]:
    """As if the last step were still to come, without anything left to do in it."""
    return [f"UPDATE alembic_version SET version_num = '{newest()}'", "ALTER TABLE alembic_version RENAME TO was"]

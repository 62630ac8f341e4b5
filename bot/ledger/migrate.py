"""Brings the database to the present schema (only ever forward), and checks that the guards still stand."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

import migrations
from bot.domain.errors import TrailBroken
from bot.ledger.db import Database
from bot.ledger.guards import FOREVER


def config(connection: Connection | None = None) -> Config:
    cfg = Config()
    cfg.set_main_option("script_location", str(Path(migrations.__file__).parent))
    cfg.attributes["connection"] = connection
    return cfg


async def migrate(db: Database) -> None:
    """Upgrade to the newest revision; several processes may start at once, one of them migrates."""
    async with db.read() as conn:
        if await conn.run_sync(_is_current):
            return
    async with db.write() as conn:
        if not db.sqlite:
            await conn.exec_driver_sql("SELECT pg_advisory_xact_lock(5252000217)")
        await conn.run_sync(_upgrade)


def _is_current(connection: Connection) -> bool:
    head = ScriptDirectory.from_config(config()).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() == head


def _upgrade(connection: Connection) -> None:
    command.upgrade(config(connection), "head")
    missing = guards_missing(connection)
    if missing:
        raise TrailBroken(
            f"After the migration these guards are gone: {', '.join(missing)}. Nothing was kept; restore the triggers."
        )


def guards_missing(connection: Connection) -> list[str]:
    """Tables whose entries could be changed: each must have its triggers."""
    sqlite = connection.dialect.name == "sqlite"
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if sqlite
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    present = set(connection.execute(text(query)).scalars())
    endings = ("no_update", "no_delete", "no_replace") if sqlite else ("no_change", "no_truncate")
    return [table for table in FOREVER if any(f"{table}_{ending}" not in present for ending in endings)]

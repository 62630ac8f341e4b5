"""Brings the database to the present schema (only ever forward), and checks that the guards still stand."""

from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from bot import shipped
from bot.bug.errors import Misconfigured, TrailBroken
from bot.ledger.db.engine import Database
from bot.ledger.db.guards import FOREVER

if TYPE_CHECKING:
    from alembic.config import Config


def config(connection: Connection | None = None) -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - a start without a migration does without alembic

    cfg = Config()
    cfg.set_main_option("script_location", str(shipped.MIGRATIONS))
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
            await conn.run_sync(_wait_for_writers)
        await conn.run_sync(_upgrade)


def _wait_for_writers(connection: Connection) -> None:
    """Of the version that runs meanwhile: each locks its bug first, so whoever has the table of bugs meets nobody half-way."""
    if inspect(connection).has_table("bugs"):
        connection.execute(text("LOCK TABLE bugs IN ACCESS EXCLUSIVE MODE"))


def newest() -> str:
    """The head: files are named r0001_what.py, the number is the revision (a test holds alembic to it)."""
    return max(file.name[1:5] for file in (shipped.MIGRATIONS / "versions").glob("r[0-9][0-9][0-9][0-9]_*.py"))


def _is_current(connection: Connection) -> bool:
    if not inspect(connection).has_table("alembic_version"):
        return False
    present = connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""
    if present > newest():
        raise Misconfigured(
            f"The database belongs to a newer Makegood (its schema is {present}, this one knows {newest()}). "
            "Start that version again, or restore the backup from before."
        )
    return bool(present == newest())


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - as above

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
    there = set(inspect(connection).get_table_names())
    return [
        table for table in FOREVER if table in there and any(f"{table}_{ending}" not in present for ending in endings)
    ]

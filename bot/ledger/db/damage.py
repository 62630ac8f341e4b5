"""Says what is damaged in the database, by its own check of each table; changes nothing."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Table, Text, cast, func, literal_column, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from bot.ledger.db.engine import Database
from bot.ledger.db.tables import metadata

MEND = (
    "Stop the bot, keep the damaged file, and put the newest backup in its place (docs/operations.md, “Backups”); "
    "a failing disk is the usual cause"
)

MEND_SERVER = (
    "Stop the bot, keep the damaged database, and restore the newest backup (docs/operations.md, “Backups”); "
    "a failing disk is the usual cause"
)
SIGNS = ("invalid page", "could not read block", "could not open file", "missing chunk", "beyond EOF", "XX001", "XX002")
"""What PostgreSQL says of a table that it can't read, and its codes for that."""

UNREADABLE = (sqlite3.DatabaseError, UnicodeDecodeError)
"""The second: even what SQLite says of it has noise in it."""


def damage(url: str) -> str:
    """What is damaged, as the end of a sentence without its full stop; empty where the file is sound, or is no SQLite."""
    if not url.startswith("sqlite"):
        return ""
    file = Path(str(make_url(url).database))
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as conn:
            conn.text_factory = _readable
            tables = [str(row[0]) for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            broken = sorted(table for table in tables if not _sound(conn, table))
            whole = bool(broken) or _sound(conn)
    except sqlite3.OperationalError:  # it is locked, or can't be opened: another sentence says so
        return ""
    except UNREADABLE:
        return f"the file {file} is damaged so far that no table can be told. {MEND}"
    if whole and not broken:
        return ""
    where = f"in {', '.join(broken)}" if broken else "outside of its tables"
    return f"the file {file} is damaged: {where}. {MEND}"


async def unreadable(db: Database) -> str:
    """The same of PostgreSQL, which is found by reading every table once: ask only where something could not be read."""
    if db.sqlite:
        return ""
    broken = [table.name for table in metadata.sorted_tables if not await _read(db, table)]
    return f"PostgreSQL can't read all of {', '.join(broken)}. {MEND_SERVER}" if broken else ""


async def _read(db: Database, table: Table) -> bool:
    """Every page, what is kept apart for being long too."""
    whole = func.sum(func.length(cast(literal_column(f'"{table.name}".*'), Text)))
    try:
        async with db.read() as conn:
            await conn.execute(select(whole).select_from(table))
    except DBAPIError as error:
        return not any(sign in str(error.orig) for sign in SIGNS)
    return True


def _sound(conn: sqlite3.Connection, table: str = "") -> bool:
    """By SQLite's own check; without a table of the whole file."""
    of = f"('{table.replace(chr(39), chr(39) * 2)}')" if table else ""
    try:
        return [row[0] for row in conn.execute(f"PRAGMA quick_check{of}")] == ["ok"]
    except UNREADABLE:
        return False


def _readable(raw: bytes) -> str:
    """A damaged name is a name all the same."""
    return raw.decode("utf-8", "replace")

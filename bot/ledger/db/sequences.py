"""Takes numbers inside a transaction, so that no number is given twice."""

from functools import cache
from typing import Any

from sqlalchemy import Table, bindparam
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.ledger.db.tables import counters


def upsert(conn: AsyncConnection | AsyncEngine, table: Table) -> Any:
    """The dialect's INSERT with ON CONFLICT; both spell it the same."""
    return insert_of(conn.dialect.name, table)


def insert_of(dialect: str, table: Table) -> Any:
    """The same for statements that are made once for each dialect: making one costs twice as much as running it."""
    if dialect == "sqlite":
        return sqlite_insert(table)
    from sqlalchemy.dialects.postgresql import insert as pg_insert  # noqa: PLC0415 - a twelfth of a start on SQLite, for nobody

    return pg_insert(table)


async def next_number(conn: AsyncConnection, team: str, name: str) -> int:
    """1, 2, 3, … for each (team, name)."""
    return int((await conn.execute(_next(conn.dialect.name), {"team": team, "name": name})).scalar_one())


@cache
def _next(dialect: str) -> Any:
    first = insert_of(dialect, counters).values(team=bindparam("team"), name=bindparam("name"), value=1)
    another = first.on_conflict_do_update(index_elements=["team", "name"], set_={"value": counters.c.value + 1})
    return another.returning(counters.c.value)

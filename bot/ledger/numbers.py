"""Counters that are taken inside a transaction, so that no number is given twice."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.ledger.tables import counters


def upsert(conn: AsyncConnection | AsyncEngine, table: Table) -> Any:
    """The dialect's INSERT with ON CONFLICT; both spell it the same."""
    return sqlite_insert(table) if conn.dialect.name == "sqlite" else pg_insert(table)


async def next_number(conn: AsyncConnection, team: str, name: str) -> int:
    """1, 2, 3, … for each (team, name)."""
    statement = upsert(conn, counters).values(team=team, name=name, value=1)
    statement = statement.on_conflict_do_update(
        index_elements=["team", "name"], set_={"value": counters.c.value + 1}
    ).returning(counters.c.value)
    return int((await conn.execute(statement)).scalar_one())

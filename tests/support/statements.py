"""Listens to what a database is sent: each statement, whether SQLAlchemy had it compiled already, each commit; and asks for plans."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from sqlalchemy import event
from sqlalchemy.engine.interfaces import CacheStats
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ledger.db.engine import Database

COMMIT = "COMMIT"


@dataclass(frozen=True, slots=True)
class Statement:
    text: str
    params: Any
    compiled_anew: bool

    @property
    def head(self) -> str:
        """Enough to know it by."""
        return " ".join(self.text.split())[:120]


@dataclass(frozen=True, slots=True)
class Heard:
    """In the order in which they were sent; COMMIT stands for a transaction's end."""

    all: list[Statement] = field(default_factory=list)

    @property
    def statements(self) -> list[Statement]:
        return [one for one in self.all if one.text != COMMIT]

    @property
    def commits(self) -> int:
        return sum(one.text == COMMIT for one in self.all)

    @property
    def anew(self) -> list[str]:
        return [one.head for one in self.statements if one.compiled_anew]

    def clear(self) -> None:
        self.all.clear()


@contextmanager
def heard(db: Database) -> Iterator[Heard]:
    engine, found = db.engine.sync_engine, Heard()

    def sent(_conn: Any, _cursor: Any, statement: str, params: Any, context: Any, many: bool) -> None:
        missed = getattr(context, "cache_hit", None) is CacheStats.CACHE_MISS
        found.all.append(Statement(statement, params[0] if many else params, missed))

    def committed(_conn: Any) -> None:
        found.all.append(Statement(COMMIT, (), compiled_anew=False))

    event.listen(engine, "before_cursor_execute", sent)
    event.listen(engine, "commit", committed)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", sent)
        event.remove(engine, "commit", committed)


@contextmanager
def long_ways() -> Iterator[list[str]]:
    """What went by SQLAlchemy although SQLite's driver could have had it (`bot/ledger/db/kept.py`)."""
    found: list[str] = []
    execute = AsyncConnection.execute

    async def seen(conn: AsyncConnection, statement: Any, *args: Any, **how: Any) -> Any:
        found.append(" ".join(str(statement).split())[:120])
        return await execute(conn, statement, *args, **how)

    with patch.object(AsyncConnection, "execute", seen):
        yield found


async def plan(db: Database, statement: Statement) -> list[str]:
    """The lines of the database's own plan; PostgreSQL is asked which index it could use at all, so a few rows are enough."""
    async with db.read() as conn:
        if db.sqlite:
            rows = await conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement.text}", statement.params)
            return [row.detail for row in rows]
        await conn.exec_driver_sql("SET enable_seqscan = off")
        return list((await conn.exec_driver_sql(f"EXPLAIN {statement.text}", statement.params)).scalars())


def reads_all(line: str) -> bool:
    """Whether a line of a plan says that a whole table is walked."""
    by_index = "VIRTUAL TABLE INDEX" in line and not line.endswith("INDEX 0:")  # FTS5 calls every way a scan
    return "Seq Scan" in line or (line.startswith("SCAN ") and "anon_" not in line and not by_index)

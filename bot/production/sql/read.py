"""Reads rows whole and without loss, and says in what two readings differ."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.errors import Refused
from bot.production.sql.image import Values
from bot.production.sql.schema import TableInfo


def fetch(info: TableInfo, *more: sa.ColumnElement[Any], lock: bool) -> sa.Select[Any]:
    """All columns of a table as raw values, in a stable order."""
    query = info.whole.add_columns(*more) if more else info.whole
    return query.with_for_update() if lock else query


async def present(conn: AsyncConnection, info: TableInfo, key: Values, *, lock: bool) -> dict[str, Any] | None:
    """The row as it is now, or None. Raises Refused where the key names several."""
    rows = (await conn.execute(fetch(info, lock=lock).where(info.matches(key)).limit(2))).mappings().all()
    if len(rows) > 1:
        raise Refused(f"Several rows of {info.name} have the same {', '.join(key)}. Name a key that tells them apart.")
    return dict(rows[0]) if rows else None


def differing(info: TableInfo, wanted: Values | None, now: Values | None, volatile: frozenset[str]) -> str:
    """In words fit for the thread, without values; empty where they are the same."""
    if wanted is None or now is None:
        return "" if wanted is now else "it is gone" if now is None else "it is there"
    other = [name for name in wanted if name not in volatile and wanted[name] != now.get(name)]
    said = dict.fromkeys("a hidden column" if name in info.hidden else name for name in other)
    return f"{', '.join(said)} changed" if said else ""

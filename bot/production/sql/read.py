"""Reads whole rows without loss, and finds how two readings differ."""

from collections.abc import Sequence
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


_TOGETHER = 200
"""Rows that one query asks for: SQLite takes no more than 1,000 conditions."""


async def present_all(
    conn: AsyncConnection, info: TableInfo, keys: Sequence[Values], *, lock: bool
) -> list[dict[str, Any] | None]:
    """The rows as they are now, one query for many. Raises Refused where a key names several."""
    if len(keys) == 1:
        return [await present(conn, info, keys[0], lock=lock)]
    found: list[dict[str, Any] | None] = []
    for start in range(0, len(keys), _TOGETHER):
        found += await _together(conn, info, keys[start : start + _TOGETHER], lock=lock)
    return found


async def _together(
    conn: AsyncConnection, info: TableInfo, keys: Sequence[Values], *, lock: bool
) -> list[dict[str, Any] | None]:
    query = fetch(info, lock=lock).where(sa.or_(*map(info.matches, keys)))
    rows = [dict(row) for row in (await conn.execute(query)).mappings()]
    told = {tuple(row[name] for name in keys[0]): row for row in rows}
    now = [told.pop(tuple(key.values()), None) for key in keys]
    if not told and len(rows) == sum(row is not None for row in now):
        return now
    return [await present(conn, info, key, lock=lock) for key in keys]  # keys that are alike in other letters


async def present(conn: AsyncConnection, info: TableInfo, key: Values, *, lock: bool) -> dict[str, Any] | None:
    """The row as it is now, or None. Raises Refused where the key names several."""
    rows = (await conn.execute(*info.at(key, lock=lock))).mappings().all()
    if len(rows) > 1:
        raise Refused(f"Several rows of {info.name} have the same {', '.join(key)}. Name a key that tells them apart.")
    return dict(rows[0]) if rows else None


def differing(info: TableInfo, wanted: Values | None, now: Values | None, volatile: frozenset[str]) -> str:
    """In words fit for the thread, without values; empty where they are the same."""
    if wanted is None or now is None:
        return "" if wanted is now else "it is gone" if now is None else "it is there"
    said = dict.fromkeys(
        "a hidden column" if name in info.hidden else name for name in changed(info, wanted, now, volatile)
    )
    return f"{', '.join(said)} changed" if said else ""


def changed(info: TableInfo, wanted: Values | None, now: Values | None, volatile: frozenset[str]) -> list[str]:
    """Columns in which two readings of a row differ."""
    ignored = volatile | info.volatile
    return [name for name in wanted or {} if name not in ignored and (wanted or {})[name] != (now or {}).get(name)]

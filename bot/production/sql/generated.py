"""Asks the database what a row will be after a change, its generated columns too."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.production.sql.image import Change
from bot.production.sql.schema import Schema, TableInfo

_TOGETHER = 50
"""Rows in one query."""


async def foreseen(conn: AsyncConnection, schema: Schema, changes: Sequence[Change]) -> tuple[Change, ...]:
    """The changes, with the generated columns of updated rows as they will be."""
    found = list(changes)
    for name in dict.fromkeys(change.table for change in changes):
        info = schema.tables[name]
        places = [i for i, c in enumerate(changes) if c.table == name and c.before is not None and c.after is not None]
        if places and _formulas(info):
            for start in range(0, len(places), _TOGETHER):
                some = places[start : start + _TOGETHER]
                rows = await _worked_out(conn, schema, [changes[i] for i in some])
                for place, row in zip(some, rows, strict=True):
                    found[place] = replace(changes[place], after={**(changes[place].after or {}), **row})
    return tuple(found)


def _formulas(info: TableInfo) -> list[str]:
    return [name for name, fact in info.columns.items() if fact.formula]


async def _worked_out(conn: AsyncConnection, schema: Schema, changes: Sequence[Change]) -> list[dict[str, Any]]:
    """In the order of the changes."""
    queries = [_query(schema, nth, change) for nth, change in enumerate(changes)]
    rows = (await conn.execute(sa.union_all(*queries) if len(queries) > 1 else queries[0])).mappings().all()
    return [{k: v for k, v in row.items() if k != "nth row"} for row in sorted(rows, key=lambda row: row["nth row"])]


def _query(schema: Schema, nth: int, change: Change) -> sa.Select[Any]:
    info, inner = schema.tables[change.table], as_it_will_be(schema, change)
    read: list[Any] = [info.read_as(name, inner.c[name]).label(name) for name in _formulas(info)]
    query: sa.Select[Any] = sa.select(sa.literal_column(str(nth)).label("nth row"), *read)
    return query.select_from(inner)


def as_it_will_be(schema: Schema, change: Change) -> sa.Subquery:
    """The row with its generated columns; of an inserted one that is not given whole, only the columns that are given."""
    info, before, after = schema.tables[change.table], change.before, change.after or {}
    if before is None:
        given = [info.becomes(name, raw).label(name) for name, raw in after.items() if not info.columns[name].generated]
        row = sa.select(*given)
        return _with_formulas(info, row) if len(after) == len(info.columns) else row.subquery()
    settled = [name for name, fact in info.columns.items() if not fact.generated]
    cells = (info.becomes(n, after[n]) if after[n] != before[n] else info.table.c[n] for n in settled)
    row = sa.select(*(cell.label(name) for name, cell in zip(settled, cells, strict=True)))
    return _with_formulas(info, row.where(info.matches(change.key)))


def _with_formulas(info: TableInfo, row: sa.Select[Any]) -> sa.Subquery:
    """A formula may name other generated columns (SQLite, MariaDB): as often as needed, one is laid over the other."""
    inner = row.subquery()
    waiting = dict.fromkeys(_formulas(info))
    while waiting:
        ready = [name for name in waiting if not any(_names(info, name, other) for other in waiting if other != name)]
        names = ready or list(waiting)
        more = (sa.literal_column(info.columns[name].formula, info.table.c[name].type).label(name) for name in names)
        inner = sa.select(*inner.c, *more).select_from(inner).subquery()
        for name in names:
            del waiting[name]
    return inner


def _names(info: TableInfo, name: str, other: str) -> bool:
    return other.casefold() in info.columns[name].formula.casefold()

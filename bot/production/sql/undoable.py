"""Says before a change whether it can be undone, and what stands in the way."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.errors import Refused
from bot.production.sql import triggers
from bot.production.sql.cascade import with_cascades
from bot.production.sql.facts import ForeignKey
from bot.production.sql.image import Change
from bot.production.sql.order import ordered
from bot.production.sql.schema import Schema

_TOGETHER = 200
"""Parents that one query asks for."""


async def undo_note(
    conn: AsyncConnection, schema: Schema, changes: Sequence[Change], declared: frozenset[str] = frozenset()
) -> str:
    """Why these changes cannot be undone; empty when they can. `declared` are columns that may differ."""
    return (
        hindrance(schema, changes, declared)
        or await _looseness(conn, schema, changes)
        or await _adopted(conn, schema, changes)
    )


def hindrance(schema: Schema, changes: Sequence[Change], declared: frozenset[str] = frozenset()) -> str:
    """What the schema alone tells."""
    if why := triggers.hindering(schema, changes, declared):
        return f"Cannot be undone: {why}"
    try:
        ordered(schema, [change.inverse() for change in changes])
    except Refused as error:
        return f"Cannot be undone: {error}"
    return ""


async def _looseness(conn: AsyncConnection, schema: Schema, changes: Sequence[Change]) -> str:
    """Rows that are only there because somebody let them in by looser rules would not be let in again."""
    restored = [change for change in changes if change.before is not None]
    for table in dict.fromkeys(change.table for change in restored):
        if why := next((said for name, said in schema.facts.doubtful if name == table), ""):
            return f"Cannot be undone: {why}"
    for change in restored:
        if empty := _empty(schema, change):
            return f"Cannot be undone: {change.name} has nothing in {empty}, which its table does not allow any more."
    if outside := await _outside_of_checks(conn, schema, restored):
        return outside
    return next((_orphan(key, row) for key, row in await orphans(conn, schema, restored)), "")


def _empty(schema: Schema, change: Change) -> str:
    table, before = schema.tables[change.table].table, change.before or {}
    names = before if change.after is None else [n for n in before if before[n] != change.after[n]]
    rowids = {c.name for c in table.primary_key}
    return next((n for n in names if before[n] is None and not table.c[n].nullable and n not in rowids), "")


async def _outside_of_checks(conn: AsyncConnection, schema: Schema, restored: Sequence[Change]) -> str:
    for check in schema.facts.checks:
        rows = [change for change in restored if change.table == check.table]
        if not rows:
            continue
        info = schema.tables[check.table]
        kept = sa.or_(*(info.matches(change.key) for change in rows))
        broken: sa.ColumnElement[bool] = sa.literal_column(f"NOT ({check.clause})")
        if await conn.scalar(sa.select(sa.literal(1)).select_from(info.table).where(kept, broken).limit(1)):
            said = f"a row of {check.table} is outside what its table's check allows ({check.clause})"
            return f"Cannot be undone: {said}, so it would not be let in again."
    return ""


async def orphans(conn: AsyncConnection, schema: Schema, restored: Sequence[Change]) -> list[tuple[ForeignKey, Change]]:
    """Rows whose parent is not there."""
    again = conn.dialect.name == "postgresql"
    pointing = [(key, row) for row in restored for key in schema.pointers(row.table) if _counts(key, row, again=again)]
    known = {column.table.casefold() for column in schema.facts.columns}
    missing = [pair for pair in pointing if conn.dialect.name == "sqlite" and pair[0].parent.casefold() not in known]
    if missing:
        return missing
    sought = list({_at(*pair): pair for pair in pointing}.items())
    gone: set[tuple[Any, ...]] = set()
    for start in range(0, len(sought), _TOGETHER):
        some = sought[start : start + _TOGETHER]
        there = (parent_of(schema, *pair).label(f"p{nth}") for nth, (_, pair) in enumerate(some))
        found = (await conn.execute(sa.select(*there))).one()
        gone |= {place for (place, _), is_there in zip(some, found, strict=True) if not is_there}
    return [pair for pair in pointing if _at(*pair) in gone]


def _at(key: ForeignKey, row: Change) -> tuple[Any, ...]:
    """Which parent is meant: many rows of one parent ask for it once."""
    return key, *((row.before or {})[column] for column in key.columns)


def _counts(key: ForeignKey, row: Change, *, again: bool) -> bool:
    """The undo would have it checked: its columns are filled, and come back.

    `again`: a row that the same transaction changed before is checked whole (PostgreSQL), so its rehearsal would fail.
    """
    before = row.before or {}
    comes_back = again or row.after is None or _moved(key, row)
    return comes_back and not key.trusted and all(before[c] is not None for c in key.columns)


def _orphan(key: ForeignKey, row: Change) -> str:
    said = f"Cannot be undone: {row.name} points at a row of {key.parent} that is not there"
    if row.after is not None and not _moved(key, row):
        return f"{said}, and PostgreSQL asks for it again where one transaction changes a row twice, as the rehearsal of an undo does."
    return f"{said}, so it would not be let in again."


def _moved(key: ForeignKey, row: Change) -> bool:
    """It points elsewhere once it is changed."""
    before, after = row.before or {}, row.after or {}
    return any(before[c] != after[c] for c in key.columns)


def parent_of(schema: Schema, key: ForeignKey, row: Change) -> sa.ColumnElement[bool]:
    """Whether the row is there at which `before` points."""
    namespace, _, name = key.parent.rpartition(".")
    parent = sa.table(name, *(sa.column(c) for c in key.parent_columns), schema=namespace or None).alias()
    info = schema.tables[row.table]
    same = (
        parent.c[p] == info.write(c, (row.before or {})[c])
        for p, c in zip(key.parent_columns, key.columns, strict=True)
    )
    return sa.exists(sa.select(sa.literal(1)).select_from(parent).where(*same))


async def _adopted(conn: AsyncConnection, schema: Schema, changes: Sequence[Change]) -> str:
    """Rows that point at an inserted one before it is there would go with it when it is taken away again."""
    for change in (change for change in changes if change.before is None and change.key):
        blank = dict.fromkeys(schema.tables[change.table].columns)
        gone = Change(table=change.table, key=change.key, before={**blank, **(change.after or {})}, after=None)
        try:
            found = await with_cascades(conn, schema, [gone], lock=False)
        except Refused as error:
            return f"Cannot be undone: {error}"
        if len(found) > 1:
            return f"Cannot be undone: {found[1].name} points at the new row already, before it is there."
    return ""

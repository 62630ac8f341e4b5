"""Finds the rows that ON DELETE would take along, level by level, before the delete."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.errors import Refused
from bot.production.sql.catalogue_sqlite import affinity
from bot.production.sql.defaults import defaults
from bot.production.sql.facts import ForeignKey
from bot.production.sql.image import Change, shown
from bot.production.sql.read import fetch
from bot.production.sql.schema import Schema
from bot.production.sql.values import TEXT, Raw

Place = tuple[str, tuple[Any, ...]]


class _Found:
    """The changes so far, each row once; parents stand before their children."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.changes: dict[Place, Change] = {}
        self.held: dict[Place, ForeignKey] = {}
        """Rows that point at a deleted row and do not let it go."""

    def add(self, change: Change) -> bool:
        """False if the row is known to be deleted already."""
        place = _place(change)
        known = self.changes.get(place)
        if known is not None and known.after is None:
            return False
        if known is not None and change.after is not None:
            change = _merged(known, change)
        self.changes[place] = change
        if len(self.changes) > self.limit:
            raise Refused(
                f"With what hangs on it, more than {self.limit} rows would change, and that is the limit of one run."
            )
        return True


async def with_cascades(
    conn: AsyncConnection, schema: Schema, deleted: Sequence[Change], *, lock: bool
) -> tuple[Change, ...]:
    """The deleted rows and all that the database deletes or empties with them. Raises Refused where something holds them."""
    found = _Found(schema.target.row_limit)
    frontier = [change for change in deleted if found.add(change)]
    while frontier:
        level: list[Change] = []
        for table in dict.fromkeys(change.table for change in frontier):
            parents = [change for change in frontier if change.table == table]
            for key in schema.references(table):
                level += await _follow(conn, schema, key, parents, found, lock=lock)
        frontier = level
    for place, key in found.held.items():
        if place not in found.changes or found.changes[place].after is not None:
            raise Refused(_held(schema, key, place, again=place in found.changes))
    return tuple(found.changes.values())


def _held(schema: Schema, key: ForeignKey, place: Place, *, again: bool) -> str:
    """`again`: its default is the very row that goes."""
    where = ", ".join(f"{k} {shown(v)}" for k, v in zip(schema.tables[key.child].key, place[1], strict=True))
    said = f"A row of {key.child} points at {key.parent} ({key.child}, {where}), "
    if not key.working:
        return f"{said}and that foreign key's triggers are switched off, so the row would be left behind. Have them switched on first."
    if key.on_delete == "SET DEFAULT":
        why = (
            "and would point there again by its default (ON DELETE SET DEFAULT), so the database keeps both"
            if again
            else "and the database would give it a default of its own (ON DELETE SET DEFAULT), which nobody can see beforehand"
        )
        return f"{said}{why}. Set {', '.join(key.columns)} of that row first, with a fix of its own; then this one."
    return f"{said}and the database keeps such rows. Deal with it first."


async def _follow(
    conn: AsyncConnection, schema: Schema, key: ForeignKey, parents: Sequence[Change], found: _Found, *, lock: bool
) -> list[Change]:
    """Children of these rows by one foreign key; returns those that are deleted in turn."""
    if key.child in schema.facts.filtered:
        raise Refused(hidden_rows(key.child))
    _refuse_unlike(schema, key)
    if key.child not in schema.tables:
        await _refuse_unlisted(conn, schema, key, parents)
        return []
    info = schema.tables[key.child]
    pointing = sa.or_(*(_points(schema, key, info.table, parent) for parent in parents))
    query = fetch(info, lock=lock).where(pointing).limit(found.limit + 1)
    rows = [dict(row) for row in (await conn.execute(query)).mappings()]
    if rows and info.closed:
        raise Refused(f"Rows of {key.child} hang on it. {info.closed}")
    written = await _written(conn, schema, key) if rows and key.working else None
    changes = [_child(key, info.key_of(row), row, written or {}) for row in rows]
    if _keeps(key, written):
        found.held.update({_place(change): key for change in changes})
        return []
    # a default by which they point at the row that goes keeps it there
    found.held.update({_place(change): key for change in changes if change.after == change.before})
    return [change for change in changes if found.add(change) and change.after is None]


def _keeps(key: ForeignKey, written: Mapping[str, Raw] | None) -> bool:
    return not key.working or (key.on_delete != "CASCADE" and written is None)


async def _written(conn: AsyncConnection, schema: Schema, key: ForeignKey) -> Mapping[str, Raw] | None:
    """What the database writes into the columns of rows that pointed at a deleted one; None: nothing, or nobody can say what."""
    if key.on_delete == "SET NULL":
        return dict.fromkeys(key.emptied)
    info = schema.tables[key.child]
    found_by = {*info.key, *(column for other in schema.references(key.child) for column in other.parent_columns)}
    if key.on_delete != "SET DEFAULT" or found_by & set(key.emptied):
        return None
    return await defaults(conn, info, key.emptied)


def hidden_rows(table: str) -> str:
    return (
        f"A policy of row-level security shows this database user only some rows of {table}, so nobody can say what else would change. "
        "Whoever keeps the database lets the user see all rows (ALTER ROLE … BYPASSRLS), or the row is changed by hand."
    )


def _refuse_unlike(schema: Schema, key: ForeignKey) -> None:
    """SQLite compares a text with a number in the parent's way, which no query of ours repeats."""
    if schema.dialect.name != "sqlite":
        return
    kinds = {(c.table.casefold(), c.name.casefold()): affinity(c.spec) for c in schema.facts.columns}
    for child, parent in zip(key.columns, key.parent_columns, strict=True):
        ours = kinds.get((key.child.casefold(), child.casefold()))
        if ours != kinds.get((key.parent.casefold(), parent.casefold())):
            raise Refused(
                f"{key.child}.{child} and {key.parent}.{parent}, at which it points, are of different types, so nobody can say which "
                f"rows of {key.child} would go too. Give both columns the same type, or change the row by hand."
            )


def _child(key: ForeignKey, place: Mapping[str, Any], row: Mapping[str, Any], written: Mapping[str, Raw]) -> Change:
    after = {**row, **written} if written else None
    return Change(table=key.child, key=place, before=row, after=after)


def _points(schema: Schema, key: ForeignKey, child: Any, parent: Change) -> sa.ColumnElement[bool]:
    """The child's row points at this parent, compared as the parent's columns compare; NULL points at nothing."""
    info, before = schema.tables[key.parent], parent.before or {}
    same = []
    for column, at in zip(key.columns, key.parent_columns, strict=True):
        way = info.collations.get(at)
        held = sa.collate(sa.type_coerce(child.c[column], TEXT), way) if way else child.c[column]
        writer = schema.tables.get(key.child)
        value = writer.write(column, before[at]) if writer else info.write(at, before[at])
        spans = key.over_time and column == key.columns[-1]
        same.append(held.op("&&", is_comparison=True)(value) if spans else held == value)
    return sa.and_(*same)


async def _refuse_unlisted(conn: AsyncConnection, schema: Schema, key: ForeignKey, parents: Sequence[Change]) -> None:
    """A table that the settings do not open may not be changed, not even by the database on its own."""
    namespace, _, name = key.child.rpartition(".")
    child = sa.table(name, *(sa.column(c) for c in key.columns), schema=namespace or None)
    for parent in parents:
        held = _points(schema, key, child, parent)
        if await conn.scalar(sa.select(sa.func.count()).select_from(child).where(held)):
            raise Refused(_unlisted(schema, key, parent))


def _unlisted(schema: Schema, key: ForeignKey, parent: Change) -> str:
    said = f"Rows of {key.child} hang on {parent.name} (ON DELETE {key.on_delete}), and {key.child} is"
    if whole := dict(schema.facts.parts).get(key.child):
        return (
            f"{said} a part of {whole} with a foreign key of its own. "
            f"Give that foreign key to {whole}, or deal with these rows first."
        )
    return (
        f"{said} not open to actions. "
        f"Whoever keeps the settings adds it to [targets.{schema.target.name}] tables, or the rows are dealt with first."
    )


def _merged(known: Change, change: Change) -> Change:
    """Two foreign keys of one row are emptied."""
    before, first, second = known.before or {}, known.after or {}, change.after or {}
    after = {name: first[name] if first[name] != before[name] else second[name] for name in before}
    return Change(table=known.table, key=known.key, before=known.before, after=after)


def _place(change: Change) -> Place:
    return change.table, tuple(change.key.values())

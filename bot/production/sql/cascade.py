"""The rows that go with a deleted row: what ON DELETE does, found before it happens, level by level."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.errors import Refused
from bot.production.sql.facts import ForeignKey
from bot.production.sql.image import Change
from bot.production.sql.read import fetch
from bot.production.sql.schema import Schema

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
            raise Refused(_held(key))
    return tuple(found.changes.values())


def _held(key: ForeignKey) -> str:
    said = f"A row of {key.child} points at {key.parent}, "
    if key.on_delete == "SET DEFAULT":
        column = ", ".join(key.columns)
        return (
            f"{said}and the database would give it a default of its own (ON DELETE SET DEFAULT), which nobody can see beforehand. "
            f"Set {column} of that row first, with a fix of its own; then this one."
        )
    return f"{said}and the database keeps such rows. Deal with it first."


async def _follow(
    conn: AsyncConnection, schema: Schema, key: ForeignKey, parents: Sequence[Change], found: _Found, *, lock: bool
) -> list[Change]:
    """Children of these rows by one foreign key; returns those that are deleted in turn."""
    if key.child not in schema.tables:
        await _refuse_unlisted(conn, schema, key, parents)
        return []
    info = schema.tables[key.child]
    pointing = sa.or_(*(info.matches(_pointing(key, parent)) for parent in parents))
    query = fetch(info, lock=lock).where(pointing).limit(found.limit + 1)
    rows = [dict(row) for row in (await conn.execute(query)).mappings()]
    changes = [_child(key, info.key_of(row), row) for row in rows]
    if key.on_delete not in ("CASCADE", "SET NULL"):
        found.held.update({_place(change): key for change in changes})
        return []
    return [change for change in changes if found.add(change) and change.after is None]


def _child(key: ForeignKey, place: Mapping[str, Any], row: Mapping[str, Any]) -> Change:
    after = {**row, **dict.fromkeys(key.columns)} if key.on_delete == "SET NULL" else None
    return Change(table=key.child, key=place, before=row, after=after)


def _pointing(key: ForeignKey, parent: Change) -> dict[str, Any]:
    """The child's columns and what they hold if they point at this parent."""
    before = parent.before or {}
    return {child: before[column] for child, column in zip(key.columns, key.parent_columns, strict=True)}


async def _refuse_unlisted(conn: AsyncConnection, schema: Schema, key: ForeignKey, parents: Sequence[Change]) -> None:
    """A table that the settings do not open may not be changed, not even by the database on its own."""
    namespace, _, name = key.child.rpartition(".")
    child = sa.table(name, *(sa.column(c) for c in key.columns), schema=namespace or None)
    info = schema.tables[key.parent]
    for parent in parents:
        pairs = zip(key.columns, key.parent_columns, strict=True)
        held = [child.c[c] == info.write(p, (parent.before or {})[p]) for c, p in pairs]
        if await conn.scalar(sa.select(sa.func.count()).select_from(child).where(*held)):
            raise Refused(
                f"Rows of {key.child} hang on {parent.name} (ON DELETE {key.on_delete}), and {key.child} is not open to actions. "
                f"Whoever keeps the settings adds it to [targets.{schema.target.name}] tables, or the rows are dealt with first."
            )


def _merged(known: Change, change: Change) -> Change:
    """Two foreign keys of one row are emptied."""
    before, first, second = known.before or {}, known.after or {}, change.after or {}
    after = {name: first[name] if first[name] != before[name] else second[name] for name in before}
    return Change(table=known.table, key=known.key, before=known.before, after=after)


def _place(change: Change) -> Place:
    return change.table, tuple(change.key.values())

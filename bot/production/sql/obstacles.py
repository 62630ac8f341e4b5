"""Finds what stands in the way of an undo, each with its row, so that a person can deal with it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.errors import Refused
from bot.production.sql.cascade import hidden_rows, with_cascades
from bot.production.sql.facts import UniqueKey
from bot.production.sql.image import Change, Image, Values
from bot.production.sql.order import alike
from bot.production.sql.read import differing, present_all
from bot.production.sql.schema import Schema, tells_apart_as_columns
from bot.production.sql.undoable import orphans

_TOGETHER = 100
Changer = Callable[[Change], str]
"""The run that changed a row since, if it is known: "BUG-18 run 1"."""


async def in_the_way(conn: AsyncConnection, schema: Schema, image: Image, by: Changer, *, lock: bool) -> list[str]:
    """Sentences without values; none: nothing stands in the way. Raises Refused where the tables are others by now."""
    for change in image.changes:
        if why := no_place(schema, change):
            raise Refused(f"Not undone: {why}.")
    changed = await _changed(conn, schema, image, by, lock=lock)
    return (
        changed
        or await _referred_to(conn, schema, image, lock=lock)
        or [*await _taken(conn, schema, image), *await _parentless(conn, schema, image)]
    )


def no_place(schema: Schema, change: Change) -> str:
    """What the row's table lacks by now; empty: the row still fits it."""
    info = schema.tables.get(change.table)
    if info is None:
        return f"{change.table} is no longer open to actions"
    if info.closed or info.filtered:
        return info.closed or hidden_rows(info.name)
    held = {**change.key, **(change.before or {}), **(change.after or {})}
    lost = dict.fromkeys(
        "a hidden column" if name in info.hidden else name for name in held if name not in info.columns
    )
    if not lost:
        return ""
    names = ", ".join(lost)
    return f"{change.table} no longer has {names}, which the row held: dropped or renamed since. Restore it by hand"


async def rows_now(
    conn: AsyncConnection, schema: Schema, changes: Iterable[Change], *, lock: bool
) -> list[tuple[Change, dict[str, Any] | None]]:
    """Each with its row as it is, rows of one table together."""
    found: list[tuple[Change, dict[str, Any] | None]] = []
    for table, some in groupby(sorted(changes, key=lambda c: c.table), key=lambda c: c.table):
        rows = list(some)
        now = await present_all(conn, schema.tables[table], [change.key for change in rows], lock=lock)
        found += zip(rows, now, strict=True)
    return found


async def _changed(conn: AsyncConnection, schema: Schema, image: Image, by: Changer, *, lock: bool) -> list[str]:
    found = []
    for change, now in await rows_now(conn, schema, image.changes, lock=lock):
        if what := differing(schema.tables[change.table], change.after, now, image.volatile):
            who = by(change) if by(change) != image.run else ""
            since = f"since, by {who}" if who else "since the run"
            if change.after is None:
                what = "its key is taken again, by another row"
            found.append(f"{change.name}: {what} {since}")
    return found


async def _referred_to(conn: AsyncConnection, schema: Schema, image: Image, *, lock: bool) -> list[str]:
    """Rows that point at a row that the run inserted."""
    ours = {_place(change) for change in image.changes}
    inserted = [change.inverse() for change in image.changes if change.before is None]
    try:
        with_them = await with_cascades(conn, schema, inserted, lock=lock)
    except Refused as error:
        return [f"other rows refer to what it put in by now. {str(error).rstrip('.')}"]
    more = [change.name for change in with_them if _place(change) not in ours]
    return [f"other rows have come to hang on the inserted row since: {', '.join(more)}"] if more else []


async def _taken(conn: AsyncConnection, schema: Schema, image: Image) -> list[str]:
    """Unique values that another row holds by now."""
    found = await held_elsewhere(conn, schema, image.changes)
    return [f"{name}: another row has the same {columns} by now, which is unique" for name, columns in found]


async def held_elsewhere(conn: AsyncConnection, schema: Schema, changes: Sequence[Change]) -> list[tuple[str, str]]:
    """Rows whose `before` takes a unique value that a row outside of these changes holds, each with the columns."""
    wanted = [
        (change, unique.columns)
        for change in changes
        for unique in _unique(schema, change.table)
        if _comes_back(change, unique)
    ]
    found: list[tuple[str, str]] = []
    for start in range(0, len(wanted), _TOGETHER):
        some = wanted[start : start + _TOGETHER]
        asked = (_held(schema, changes, *one).label(f"u{nth}") for nth, one in enumerate(some))
        answers = (await conn.execute(sa.select(*asked))).one()
        for (change, columns), held in zip(some, answers, strict=True):
            if held:
                hidden = schema.tables[change.table].hidden
                names = ", ".join("a hidden column" if c in hidden else c for c in columns)
                found.append((change.name, names))
    return found


def alike_together(schema: Schema, come: Sequence[Change]) -> Iterator[tuple[Change, Change, tuple[str, ...]]]:
    """Pairs of these rows that would hold the same unique values once they are changed."""
    for table in dict.fromkeys(change.table for change in come):
        for unique in _unique(schema, table):
            held: dict[tuple[Any, ...], Change] = {}
            for change in (c for c in come if c.table == table and _comes_back(c.inverse(), unique)):
                values = tuple((change.after or {})[c] for c in unique.columns)
                if (first := held.setdefault(values, change)) is not change:
                    yield change, first, unique.columns


def _unique(schema: Schema, table: str) -> list[UniqueKey]:
    info = schema.tables[table]
    own = (u for u in schema.facts.uniques if u.table == table and set(u.columns) != set(info.key))
    return [unique for unique in own if tells_apart_as_columns(unique, info.collations)]


def _comes_back(change: Change, unique: UniqueKey) -> bool:
    before, after = change.before, change.after
    if before is None or (not unique.empty_once and any(before.get(c) is None for c in unique.columns)):
        return False
    return after is None or any(before.get(c) != after.get(c) for c in unique.columns)


def _held(schema: Schema, changes: Sequence[Change], change: Change, columns: Sequence[str]) -> sa.ColumnElement[bool]:
    """By a row that the undo does not itself change."""
    info = schema.tables[change.table]
    values = {c: (change.before or {})[c] for c in columns}
    same = sa.and_(
        *(info.table.c[name].is_(None) if raw is None else info.matches({name: raw}) for name, raw in values.items())
    )
    ours = [info.matches(c.key) for c in changes if c.table == change.table and c.after is not None]
    query = sa.select(sa.literal(1)).select_from(info.table).where(same)
    return sa.exists(query.where(sa.not_(sa.or_(*ours))) if ours else query)


async def _parentless(conn: AsyncConnection, schema: Schema, image: Image) -> list[str]:
    """Rows whose parent went away since, and does not come back with them."""
    back = {
        (c.table, columns, alike(c.before, columns))
        for c in image.changes
        for columns in {key.parent_columns for key in schema.references(c.table)}
        if c.before is not None
    }
    gone = await orphans(conn, schema, [change for change in image.changes if change.before is not None])
    return [
        f"{row.name}: the row of {key.parent} at which it points is gone"
        for key, row in gone
        if (key.parent, key.parent_columns, alike(_of(row.before), key.columns)) not in back
    ]


def _of(values: Values | None) -> Values:
    return values or {}


def _place(change: Change) -> tuple[str, tuple[Any, ...]]:
    return change.table, tuple(change.key.values())

"""Builds the statements of ordered changes, one for all rows of a table if that does the same. Pure."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from bot.production.sql.image import Change
from bot.production.sql.order import Order
from bot.production.sql.plan import Statement, planned
from bot.production.sql.schema import Schema, TableInfo

_ROWS, _VALUES = 200, 4000
"""Most rows and values in one statement, below what each driver takes."""


class _Restore(sa.Insert):
    """An insert that gives an identity column its old value."""

    inherit_cache = True


@compiles(_Restore, "postgresql")
def _overriding(insert: _Restore, compiler: SQLCompiler, **options: object) -> str:
    sql: str = compiler.visit_insert(insert, **options)  # type: ignore[no-untyped-call] # SQLAlchemy leaves it untyped
    return sql.replace(") VALUES (", ") OVERRIDING SYSTEM VALUE VALUES (", 1)


def steps_of(schema: Schema, order: Order) -> tuple[Statement, ...]:
    """What closes a circle is let go before rows are deleted, and set once all rows are there."""
    rows = range(len(order.changes))
    let_go = [_circle(schema, order, nth, sets=False) for nth in rows if order.changes[nth].after is None]
    main = [step for some in _together(schema, order) for step in _made(schema, order, some)]
    closed = [_circle(schema, order, nth, sets=True) for nth in rows if order.changes[nth].before is None]
    return tuple(step for step in (*let_go, *main, *closed) if step is not None)


def _circle(schema: Schema, order: Order, nth: int, *, sets: bool) -> Statement | None:
    change, names = order.changes[nth], order.loose.get(nth, ())
    if not names:
        return None
    info, row = schema.tables[change.table], change.after or {}
    clocked = [name for name, fact in info.columns.items() if fact.clocked and sets]
    values = {name: info.write(name, row[name] if sets else None) for name in (*names, *clocked)}
    return planned(schema, sa.update(info.table).where(info.matches(change.key)).values(values), 1)


def _together(schema: Schema, order: Order) -> Iterable[list[int]]:
    """Positions that follow each other and can be done in one statement."""
    for _, group in groupby(range(len(order.changes)), key=lambda nth: _alike(schema, order, nth)):
        places = list(group)
        columns = len(schema.tables[order.changes[places[0]].table].columns)
        size = max(1, min(_ROWS, _VALUES // (columns + 1)))
        yield from (places[start : start + size] for start in range(0, len(places), size))


def _alike(schema: Schema, order: Order, nth: int) -> tuple[Any, ...]:
    change = order.changes[nth]
    info = schema.tables[change.table]
    if change.before is None:
        return change.table, "insert"
    if change.after is None:  # MariaDB checks row by row, in an order of its own
        own = any(key.parent == change.table for key in schema.pointers(change.table))
        return (change.table, "delete", nth if own else -1)
    sets = _sets(info, change)
    if sets.keys() & info.contested:
        return change.table, "update", nth
    typed = info.as_text  # elsewhere the values of one CASE would have to be of one type
    return change.table, "update", tuple(sets) if typed else tuple(sorted((k, repr(v)) for k, v in sets.items()))


def _sets(info: TableInfo, change: Change) -> dict[str, Any]:
    """Columns to write; a clocked one always, or the database sets it itself."""
    before, after, facts = change.before or {}, change.after or {}, info.columns
    changed = (name for name, raw in after.items() if raw != before[name] or facts[name].clocked)
    return {name: after[name] for name in changed if not facts[name].generated}


def _made(schema: Schema, order: Order, places: Sequence[int]) -> list[Statement]:
    changes = [order.changes[nth] for nth in places]
    info, count = schema.tables[changes[0].table], len(changes)
    if changes[0].before is None:
        restore = _Restore(info.table) if any(c.identity for c in info.columns.values()) else sa.insert(info.table)
        rows = [{**(order.changes[nth].after or {}), **dict.fromkeys(order.loose.get(nth, ()))} for nth in places]
        values = [info.writable(row) for row in rows]
        return [planned(schema, restore.values(values if count > 1 else values[0]), count)]
    where = sa.or_(*(info.matches(change.key) for change in changes))
    if changes[0].after is None:
        return [planned(schema, sa.delete(info.table).where(where), count)]
    writes = {name: _written(info, name, changes) for name in _sets(info, changes[0])}
    return [planned(schema, sa.update(info.table).where(where).values(writes), count)] if writes else []


def _written(info: TableInfo, name: str, changes: Sequence[Change]) -> sa.ColumnElement[Any]:
    raw = [(change.after or {})[name] for change in changes]
    if all(value == raw[0] for value in raw):
        return info.write(name, raw[0])
    pairs = zip(changes, raw, strict=True)
    return sa.case(*((info.matches(change.key), info.becomes(name, value)) for change, value in pairs))

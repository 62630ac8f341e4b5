"""How a run is taken back from its image: every row as it was, all of them or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from bot.bug.errors import Refused
from bot.production.sql.cascade import with_cascades
from bot.production.sql.facts import ForeignKey
from bot.production.sql.image import Change, Image, Values
from bot.production.sql.plan import Plan, Step, planned, undo_note
from bot.production.sql.read import differing, present
from bot.production.sql.schema import Schema


class _Restore(sa.Insert):
    """An insert that gives an identity column its old value."""

    inherit_cache = True


@compiles(_Restore, "postgresql")
def _overriding(insert: _Restore, compiler: SQLCompiler, **options: object) -> str:
    sql: str = compiler.visit_insert(insert, **options)  # type: ignore[no-untyped-call] # SQLAlchemy leaves it untyped
    return sql.replace(") VALUES (", ") OVERRIDING SYSTEM VALUE VALUES (", 1)


async def plan_undo(conn: AsyncConnection, schema: Schema, image: Image, *, lock: bool) -> Plan:
    """What restores the rows. Raises Refused, naming what changed, where they are not as the run left them."""
    if schema.facts.blind:
        raise Refused(schema.facts.blind)
    await _unchanged_since(conn, schema, image, lock=lock)
    order = _order(schema, {change.table for change in image.changes})
    changes = _ordered(order, [change.inverse() for change in image.changes])
    if note := undo_note(schema, changes):
        raise Refused(note)
    steps = _all_steps(schema, order, changes)
    return Plan(verb="undo", table=changes[0].table, steps=steps, changes=changes, volatile=image.volatile)


async def _unchanged_since(conn: AsyncConnection, schema: Schema, image: Image, *, lock: bool) -> None:
    drifted: list[str] = []
    for change in image.changes:
        if change.table not in schema.tables:
            raise Refused(f"{change.table} is no longer open to actions, so nothing can be undone there.")
        info = schema.tables[change.table]
        now = await present(conn, info, change.key, lock=lock)
        if what := differing(info, change.after, now, image.volatile):
            drifted.append(f"{change.name}: {what}")
    if drifted:
        raise Refused(
            f"Not undone, since production has changed after the run: {'; '.join(drifted)}. Restore it by hand."
        )
    ours = {(change.table, tuple(change.key.values())) for change in image.changes}
    inserted = [change.inverse() for change in image.changes if change.before is None]
    with_them = await with_cascades(conn, schema, inserted, lock=lock)
    if any((change.table, tuple(change.key.values())) not in ours for change in with_them):
        raise Refused("Not undone: other rows have come to hang on the inserted row since. Deal with them first.")


@dataclass(frozen=True, kw_only=True)
class _Order:
    """How tables hang together: parents come before their children."""

    rank: Mapping[str, int]
    loose: Mapping[str, frozenset[str]]
    """Columns by which foreign keys form a circle: empty while rows come and go, so that any order does."""


def _order(schema: Schema, tables: set[str]) -> _Order:
    keys = [key for table in tables for key in schema.references(table) if key.child in tables and key.child != table]
    circular = not _ranked(tables, keys)
    loose = [key for key in keys if circular and all(schema.tables[key.child].table.c[c].nullable for c in key.columns)]
    rank = _ranked(tables, [key for key in keys if key not in loose])
    if not rank:
        raise Refused("Cannot be undone: the tables' foreign keys form a circle, and none may be empty for a moment.")
    columns = {table: frozenset(c for key in loose if key.child == table for c in key.columns) for table in tables}
    return _Order(rank=rank, loose=columns)


def _ranked(tables: set[str], keys: Sequence[ForeignKey]) -> Mapping[str, int]:
    """Empty where the keys form a circle."""
    graph = {table: {key.parent for key in keys if key.child == table} for table in tables}
    try:
        return {table: nth for nth, table in enumerate(TopologicalSorter(graph).static_order())}
    except CycleError:
        return {}


def _ordered(order: _Order, changes: Sequence[Change]) -> tuple[Change, ...]:
    """Inserts parents first, then updates, then deletes children first."""
    inserts = sorted((c for c in changes if c.before is None), key=lambda c: order.rank[c.table])
    updates = [c for c in changes if c.before is not None and c.after is not None]
    deletes = sorted((c for c in changes if c.after is None), key=lambda c: -order.rank[c.table])
    return (*inserts, *updates, *deletes)


def _all_steps(schema: Schema, order: _Order, changes: Sequence[Change]) -> tuple[Step, ...]:
    """What closes a circle is let go before rows are deleted, and set once all rows are there."""
    let_go = [_circle(schema, order, c, c.before or {}, sets=False) for c in changes if c.after is None]
    main = [step for change in changes for step in _steps(schema, order, change)]
    closed = [_circle(schema, order, c, c.after or {}, sets=True) for c in changes if c.before is None]
    return tuple(step for step in (*let_go, *main, *closed) if step is not None)


def _circle(schema: Schema, order: _Order, change: Change, row: Values, *, sets: bool) -> Step | None:
    info = schema.tables[change.table]
    held = [name for name in sorted(order.loose[change.table]) if row[name] is not None]
    values = {name: info.write(name, row[name] if sets else None) for name in held}
    return planned(schema, sa.update(info.table).where(info.matches(change.key)).values(values), 1) if held else None


def _steps(schema: Schema, order: _Order, change: Change) -> list[Step]:
    info, before, after = schema.tables[change.table], change.before, change.after
    where = info.matches(change.key)
    if before is None:
        row = {**(after or {}), **dict.fromkeys(order.loose[change.table])}
        restore = _Restore(info.table) if any(c.identity for c in info.columns.values()) else sa.insert(info.table)
        return [planned(schema, restore.values(info.writable(row)), 1)]
    if after is None:
        return [planned(schema, sa.delete(info.table).where(where), 1)]
    facts = info.columns
    sets = {name: info.write(name, raw) for name, raw in after.items() if raw != before[name] or facts[name].clocked}
    writable = {name: value for name, value in sets.items() if not facts[name].generated}
    return [planned(schema, sa.update(info.table).where(where).values(writable), 1)] if writable else []

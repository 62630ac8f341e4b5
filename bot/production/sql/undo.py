"""How a run is taken back from its image: every row as it was, all of them or none."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from bot.bug.errors import Refused
from bot.production.sql.cascade import hidden_rows, with_cascades
from bot.production.sql.image import Change, Image
from bot.production.sql.order import Order, ordered
from bot.production.sql.plan import Plan, Statement, planned
from bot.production.sql.read import differing, present
from bot.production.sql.schema import Schema
from bot.production.sql.undoable import hindrance, undo_note


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
    changes = [change.inverse() for change in image.changes]
    if note := hindrance(schema, changes):
        raise Refused(note)
    order = ordered(schema, changes)
    return Plan(
        verb="undo",
        table=order.changes[0].table,
        steps=_all_steps(schema, order),
        changes=order.changes,
        volatile=image.volatile,
        note=await undo_note(conn, schema, order.changes),
    )


async def _unchanged_since(conn: AsyncConnection, schema: Schema, image: Image, *, lock: bool) -> None:
    drifted: list[str] = []
    for change in image.changes:
        if why := no_place(schema, change):
            raise Refused(f"Not undone: {why}.")
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


def _all_steps(schema: Schema, order: Order) -> tuple[Statement, ...]:
    """What closes a circle is let go before rows are deleted, and set once all rows are there."""
    let_go = [_circle(schema, order, nth, sets=False) for nth, c in enumerate(order.changes) if c.after is None]
    main = [step for nth in range(len(order.changes)) for step in _steps(schema, order, nth)]
    closed = [_circle(schema, order, nth, sets=True) for nth, c in enumerate(order.changes) if c.before is None]
    return tuple(step for step in (*let_go, *main, *closed) if step is not None)


def _circle(schema: Schema, order: Order, nth: int, *, sets: bool) -> Statement | None:
    change, names = order.changes[nth], order.loose.get(nth, ())
    if not names:
        return None
    info, row = schema.tables[change.table], change.after or {}
    clocked = [name for name, fact in info.columns.items() if fact.clocked and sets]
    values = {name: info.write(name, row[name] if sets else None) for name in (*names, *clocked)}
    return planned(schema, sa.update(info.table).where(info.matches(change.key)).values(values), 1)


def _steps(schema: Schema, order: Order, nth: int) -> list[Statement]:
    change = order.changes[nth]
    info, before, after = schema.tables[change.table], change.before, change.after
    where = info.matches(change.key)
    if before is None:
        row = {**(after or {}), **dict.fromkeys(order.loose.get(nth, ()))}
        restore = _Restore(info.table) if any(c.identity for c in info.columns.values()) else sa.insert(info.table)
        return [planned(schema, restore.values(info.writable(row)), 1)]
    if after is None:
        return [planned(schema, sa.delete(info.table).where(where), 1)]
    facts = info.columns
    sets = {name: info.write(name, raw) for name, raw in after.items() if raw != before[name] or facts[name].clocked}
    writable = {name: value for name, value in sets.items() if not facts[name].generated}
    return [planned(schema, sa.update(info.table).where(where).values(writable), 1)] if writable else []

"""How a run is taken back from its image: every row as it was, all of them or none."""

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from bot.domain.errors import Refused
from bot.fixes.sql_cascade import with_cascades
from bot.fixes.sql_image import Change, Image
from bot.fixes.sql_plan import Plan, Step, undo_note
from bot.fixes.sql_read import differing, present
from bot.fixes.sql_schema import Schema, TableInfo


class _Restore(sa.Insert):
    """An insert that gives an identity column its old value."""

    inherit_cache = True


@compiles(_Restore, "postgresql")
def _overriding(insert: _Restore, compiler: SQLCompiler, **options: object) -> str:
    sql: str = compiler.visit_insert(insert, **options)  # type: ignore[no-untyped-call] # SQLAlchemy leaves it untyped
    return sql.replace(") VALUES (", ") OVERRIDING SYSTEM VALUE VALUES (", 1)


async def plan_undo(conn: AsyncConnection, schema: Schema, image: Image, *, lock: bool) -> Plan:
    """What restores the rows. Raises Refused, naming what changed, where they are not as the run left them."""
    await _unchanged_since(conn, schema, image, lock=lock)
    changes = _ordered(schema, [change.inverse() for change in image.changes])
    if note := undo_note(schema, changes):
        raise Refused(note)
    steps = tuple(step for change in changes for step in _step(schema.tables[change.table], change))
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


def _ordered(schema: Schema, changes: Sequence[Change]) -> tuple[Change, ...]:
    """Inserts parents first, then updates, then deletes children first."""
    rank = {table: nth for nth, table in enumerate(_parents_first(schema, {change.table for change in changes}))}
    inserts = sorted((c for c in changes if c.before is None), key=lambda c: rank[c.table])
    updates = [c for c in changes if c.before is not None and c.after is not None]
    deletes = sorted((c for c in changes if c.after is None), key=lambda c: -rank[c.table])
    return (*inserts, *updates, *deletes)


def _parents_first(schema: Schema, tables: set[str]) -> list[str]:
    graph: Mapping[str, set[str]] = {table: set() for table in tables}
    for parent in tables:
        for key in schema.references(parent):
            if key.child in tables and key.child != parent:
                graph[key.child].add(parent)
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise Refused("Cannot be undone: the tables' foreign keys form a circle.") from error


def _step(info: TableInfo, change: Change) -> list[Step]:
    before, after, where = change.before, change.after, info.matches(change.key)
    if before is None:
        restore = _Restore(info.table) if any(c.identity for c in info.columns.values()) else sa.insert(info.table)
        return [Step(statement=restore.values(info.writable(after or {})), rows=1)]
    if after is None:
        return [Step(statement=sa.delete(info.table).where(where), rows=1)]
    sets = {name: info.write(name, raw) for name, raw in after.items() if raw != before[name]}
    writable = {name: value for name, value in sets.items() if not info.columns[name].generated}
    return [Step(statement=sa.update(info.table).where(where).values(writable), rows=1)] if writable else []

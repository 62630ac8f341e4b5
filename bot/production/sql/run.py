"""Carries out one plan inside an open transaction, and holds the result against what was promised."""

from datetime import UTC, datetime

from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.errors import Refused
from bot.production.action import RunRef
from bot.production.runtime import Watch
from bot.production.sql.image import Change, Image
from bot.production.sql.plan import Plan, Statement
from bot.production.sql.preview import image_of
from bot.production.sql.read import differing, present
from bot.production.sql.schema import Schema


async def execute(conn: AsyncConnection, schema: Schema, plan: Plan, run: RunRef) -> Image:
    """Does it and reads every row again. Raises Refused (roll back!) if the database made something else of it."""
    given: dict[int, Change] = {}
    for step in plan.steps:
        options = {"preserve_rowcount": True, "makegood_mark": str(run)}
        result = await conn.execute(step.statement, execution_options=options)
        if result.rowcount != step.rows:
            raise Refused(f"The database touched {result.rowcount} rows instead of {step.rows}.")
        if step.inserts is not None:
            given[id(step.inserts)] = _with_key(step, schema, result)
    changes = [await _verified(conn, schema, given.get(id(change), change), plan) for change in plan.changes]
    return image_of(plan, run, changes)


def in_time(run: RunRef, watch: Watch) -> None:
    """The last look before COMMIT."""
    if watch.cancelled.is_set():
        raise Refused("It was cancelled before it took effect.")
    if run.deadline is not None and datetime.now(UTC) > run.deadline:
        raise Refused("The time in which it had to take effect is over.")


def _with_key(step: Statement, schema: Schema, result: CursorResult[object]) -> Change:
    change = step.inserts or Change(table="", key={}, before=None, after=None)
    info = schema.tables[change.table]
    primary = [column.name for column in info.table.primary_key]
    found = {**dict(zip(primary, result.inserted_primary_key or (), strict=False)), **change.key}
    raw = {name: str(found[name]) if info.as_text else found[name] for name in info.key}
    return Change(table=change.table, key=raw, before=None, after=change.after)


async def _verified(conn: AsyncConnection, schema: Schema, change: Change, plan: Plan) -> Change:
    info = schema.tables[change.table]
    now = await present(conn, info, change.key, lock=False)
    if what := differing(info, change.after, now, plan.volatile):
        raise Refused(f"The database made something else of {change.name} than was shown: {what}.")
    return Change(table=change.table, key=change.key, before=change.before, after=now)

"""Carries out one plan inside an open transaction, and compares the result with the plan."""

from datetime import UTC, datetime

from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.errors import Refused, Rejected
from bot.production.action import RunRef
from bot.production.runtime import Watch
from bot.production.sql.image import Change, Image, Values
from bot.production.sql.obstacles import rows_now
from bot.production.sql.plan import Plan, Statement
from bot.production.sql.preview import image_of
from bot.production.sql.read import changed, differing
from bot.production.sql.schema import Schema
from bot.production.sql.triggers import allowance


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
    changes = [given.get(id(change), change) for change in plan.changes]
    now = {id(change): row for change, row in await rows_now(conn, schema, changes, lock=False)}
    return image_of(plan, run, [_verified(schema, change, now[id(change)], plan) for change in changes])


async def has_worked(conn: AsyncConnection, schema: Schema, plan: Plan) -> None:
    """The action's own check, before COMMIT. Raises Outside: all is rolled back."""
    if plan.check is None:
        return
    most = schema.target.row_limit
    left = len((await conn.execute(plan.check.limit(most + 1))).all())
    if left:
        some = f"more than {most}" if left > most else str(left)
        raise Rejected(
            f"its own check still finds the problem (rows: {some}) after the change, so it was rolled back. "
            "Look at those rows: something else has to be changed too."
        )


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


def _verified(schema: Schema, change: Change, now: Values | None, plan: Plan) -> Change:
    info, loose = schema.tables[change.table], plan.loose(change.table)
    if what := differing(info, change.after, now, loose):
        itself = (
            allowance(schema, change.table, changed(info, change.after, now, loose)) if now and change.after else ""
        )
        raise Refused(f"The database made something else of {change.name} than was shown: {what}. {itself}".rstrip())
    return Change(table=change.table, key=change.key, before=change.before, after=now)

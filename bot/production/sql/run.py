"""Carries out one plan inside an open transaction, and compares the result with the plan."""

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
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


class Thwarted(Refused):
    """The database did not do what was approved; nothing that a new preview shows would tell it to."""


async def execute(conn: AsyncConnection, schema: Schema, plan: Plan, run: RunRef) -> Image:
    """Does it and reads every row again. Raises Thwarted (roll back!) if the database made something else of it."""
    given: dict[int, Change] = {}
    for step in plan.steps:
        options = {"preserve_rowcount": True, "makegood_mark": str(run)}
        result = await conn.execute(step.statement, execution_options=options)
        # compared at each statement, so that a wrong first one never reaches the second
        if result.rowcount != step.rows and not _gone_with_others(schema, step, result.rowcount):
            raise Thwarted(_other_rows(schema, step, result.rowcount))
        if step.inserts is not None:
            given[id(step.inserts)] = _with_key(step, schema, result)
    changes = [given.get(id(change), change) for change in plan.changes]
    # read back from the database: a trigger may have changed what the statement wrote
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
    # whoever looks after a cut-off trusts this: after the deadline nothing takes effect any more
    if run.deadline is not None and datetime.now(UTC) > run.deadline:
        raise Refused("The time in which it had to take effect is over.")


def _with_key(step: Statement, schema: Schema, result: CursorResult[object]) -> Change:
    change = step.inserts or Change(table="", key={}, before=None, after=None)
    info = schema.tables[change.table]
    primary = [column.name for column in info.table.primary_key]
    found = {**dict(zip(primary, result.inserted_primary_key or (), strict=False)), **change.key}
    if empty := [name for name in info.key if found.get(name) is None]:
        raise Thwarted(info.says_nothing(empty))
    raw = {name: str(found[name]) if info.as_text else found[name] for name in info.key}
    return Change(table=change.table, key=raw, before=None, after=change.after)


def _verified(schema: Schema, change: Change, now: Values | None, plan: Plan) -> Change:
    info, loose = schema.tables[change.table], plan.loose(change.table)
    if what := differing(info, change.after, now, loose):
        itself = _allowed(schema, change, changed(info, change.after, now, loose)) if now and change.after else ""
        itself = itself or _may_do_that(schema, change.table)
        raise Thwarted(f"The database made something else of {change.name} than was shown: {what}.{itself}")
    return Change(table=change.table, key=change.key, before=change.before, after=now)


def _allowed(schema: Schema, change: Change, columns: Sequence[str]) -> str:
    """How the settings let them change by themselves; never those that were to be written."""
    before, after = change.before, change.after or {}
    written = [name for name in columns if name in after and (before is None or after[name] != before[name])]
    said = "" if written else allowance(schema, change.table, columns)
    return f" {said}" if said else ""


def _may_do_that(schema: Schema, table: str) -> str:
    names = ", ".join(trigger.name for trigger in schema.facts.triggers if trigger.table == table)
    return f" The trigger or rule {names} may do that: whoever keeps the database knows it." if names else ""


def _gone_with_others(schema: Schema, step: Statement, count: int) -> bool:
    """Rows of one DELETE may take others of it along, which SQLite and MariaDB do not count; each is looked for afterwards."""
    table = schema.of(step.statement.table).name
    takes_along = any(key.on_delete == "CASCADE" for key in schema.pointers(table))
    return isinstance(step.statement, sa.Delete) and takes_along and count < step.rows


def _other_rows(schema: Schema, step: Statement, count: int) -> str:
    table = schema.of(step.statement.table).name
    if count > step.rows:
        return f"The database touched {count} rows of {table} instead of {step.rows}."
    left = step.rows - count
    return (
        f"The database left {left} row{'' if left == 1 else 's'} of {table} as {'it was' if left == 1 else 'they were'}, "
        f"without saying why.{_may_do_that(schema, table)}"
    )

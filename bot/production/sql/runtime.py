"""The SQL runtime: preview, run, undo and looks on one production database."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.errors import Doubtful, Invalid, MakegoodError, Misconfigured, NotFound, Outside, Refused, Rejected
from bot.production.action import Look, Preview, RunOutcome, RunRef, SqlAction, Table
from bot.production.redaction import Redactor
from bot.production.runtime import Watch
from bot.production.sql import preview as sql_preview
from bot.production.sql import run as sql_run
from bot.production.sql.errors import coded, passing, reason, rule, unreadable
from bot.production.sql.guard import guard_look
from bot.production.sql.image import Image, decode, encode
from bot.production.sql.known import Known
from bot.production.sql.look import read_look
from bot.production.sql.obstacles import no_place, rows_now
from bot.production.sql.plan import Plan, plan_action
from bot.production.sql.prepared import Waiting
from bot.production.sql.read import differing
from bot.production.sql.reflection import read_schema
from bot.production.sql.rehearsal import CannotBeUndone, rehearse
from bot.production.sql.schema import Schema, Unread
from bot.production.sql.session import Session, TargetDatabase, Transaction
from bot.production.sql.typed import example, typed_in
from bot.production.sql.typed_words import unfit
from bot.production.sql.undo import plan_undo
from bot.production.targets import SqlTarget

log = logging.getLogger(__name__)

_NOTHING = "Nothing was changed."
PAST = {"delete": "deleted", "update": "updated", "insert": "inserted", "restore": "restored"}

Planner = Callable[[AsyncConnection, Schema], Awaitable[Plan]]
P = ParamSpec("P")
R = TypeVar("R")
Work = Callable[Concatenate["SqlRuntime", P], Coroutine[Any, Any, R]]


def _reading(work: Work[P, R]) -> Work[P, R]:
    """Reads a table once it is asked for, then begins anew: nothing has been kept of it until then."""

    @wraps(work)
    async def again(self: "SqlRuntime", /, *args: P.args, **kwargs: P.kwargs) -> R:
        while True:
            try:
                return await work(self, *args, **kwargs)
            except Unread as more:
                self.used.add(more.name)

    return again


class SqlRuntime:
    """Runs SQL actions and looks on one target."""

    def __init__(self, target: SqlTarget, redactor: Redactor) -> None:
        self.target = target
        self._redact = redactor.redact
        self._db = TargetDatabase(target)
        self._last: Schema | None = None
        self.used: set[str] = set()
        """Tables whose columns were wanted so far."""
        self._known = Known()
        self._waiting = Waiting()

    @_reading
    async def preview(self, action: SqlAction, run: RunRef) -> Preview:
        """Reads what would change. Nothing is locked or written, except where the action rehearses. Raises Refused."""

        def planner(conn: AsyncConnection, schema: Schema) -> Awaitable[Plan]:
            return plan_action(conn, schema, action, self._waiting.previewed(schema, action), lock=action.rehearse)

        return await (self._rehearsed if action.rehearse else self._previewed)(planner, action, run)

    @_reading
    async def run(self, action: SqlAction, preview: Preview, run: RunRef, watch: Watch) -> RunOutcome:
        """Does what was previewed, or nothing."""

        def planner(conn: AsyncConnection, schema: Schema) -> Awaitable[Plan]:
            return plan_action(conn, schema, action, self._waiting.run(schema, action), lock=True)

        return await self._carry_out(planner, action, preview, run, watch)

    @_reading
    async def undo_preview(self, action: SqlAction, image: bytes | None, run: RunRef) -> Preview:
        """What an undo would restore. Raises Refused, naming what has changed since."""
        rows = _image(image)
        return await self._previewed(self._undoing(action, rows, lock=False), action, run)

    @_reading
    async def undo(
        self, action: SqlAction, image: bytes | None, preview: Preview, run: RunRef, watch: Watch
    ) -> RunOutcome:
        """Restores all rows, or none."""
        rows = _image(image)
        return await self._carry_out(self._undoing(action, rows, lock=True), action, preview, run, watch)

    @_reading
    async def investigate(
        self,
        action: SqlAction,
        preview: Preview,
        image: bytes | None,
        run: RunRef,
        watch: Watch,
        *,
        undoing: bool = False,
    ) -> RunOutcome:
        """Holds production against the rows before and after, once the cut-off run is surely over."""
        del action, preview, watch, undoing  # the rows alone tell, those of an undo too
        try:
            async with self._db.writing(run) as tx:
                if image is None:
                    return RunOutcome(
                        state="failed", summary="looked: it ended before anything took effect, nothing was changed"
                    )
                schema = await self._schema(tx)
                return await self._seen(tx.conn, schema, image)
        except (Outside, SQLAlchemyError, OSError) as error:
            said = f"could not look at production ({reason(error)}). Look again, or look yourself"
            log.warning("%s was not looked at: %s", run, coded(error))
            return RunOutcome(state="unknown", summary=said, image=image)

    @_reading
    async def look(self, look: Look, name: str) -> Table:
        """The rows of a look, in a read-only transaction."""
        try:
            async with self._db.reading(f"makegood {name}") as session:
                return await read_look(session.conn, await self._schema(session), look)
        except (SQLAlchemyError, TimeoutError) as error:
            why = await self._which(look, error) or f"The look did not work: {reason(error)}."
            raise Rejected(why) from error

    @_reading
    async def check(self, action: SqlAction) -> int | None:
        """How many rows still show the problem, at most one more than the limit; None where the action has no check."""
        try:
            async with self._db.reading("makegood check") as session:
                schema = await self._schema(session)
                query = action.check(schema.for_actions())
                if query is None:
                    return None
                guard_look(query, schema)
                return len((await session.conn.execute(query.limit(self.target.row_limit + 1))).all())
        except (SQLAlchemyError, TimeoutError) as error:
            raise Rejected(f"The check did not work: {reason(error)}.") from error

    async def close(self) -> None:
        await self._db.close()

    async def _schema(self, session: Session) -> Schema:
        self._last = schema = await read_schema(session.conn, self.target, session.facts, self._last, self.used)
        return schema

    async def _planned(self, session: Session, planner: Planner) -> tuple[Schema, Plan]:
        while True:
            schema = await self._schema(session)
            try:
                return schema, self._known.noted(await planner(session.conn, schema))
            except Unread as more:
                self.used.add(more.name)

    def _undoing(self, action: SqlAction, rows: Image, *, lock: bool) -> Planner:
        return lambda conn, schema: plan_undo(conn, schema, rows, type(action).volatile, self._known.by, lock=lock)

    async def _previewed(self, planner: Planner, action: SqlAction, run: RunRef) -> Preview:
        try:
            async with self._db.reading(f"makegood {run}") as session:
                schema, plan = await self._planned(session, planner)
                return sql_preview.preview_of(plan, schema, action, run, tried=self._known.tried(plan))
        except (SQLAlchemyError, TimeoutError) as error:
            why = await self._which(action, error) or f"The preview did not work: {reason(error)}."
            raise Rejected(f"{why} {_NOTHING}") from error
        except (Refused, Invalid, NotFound, Misconfigured) as error:
            raise _unchanged(error) from error

    async def _which(self, call: SqlAction | Look, error: BaseException) -> str:
        """Which typed value the database can't read: it does not say so itself. Each is asked alone; empty where it can read them all."""
        if self._last is None or not unreadable(error):
            return ""
        schema = self._last
        built = call.query(schema.for_actions()) if isinstance(call, Look) else call.statement(schema.for_actions())
        for fact, value in typed_in(built, schema):
            try:
                async with self._db.reading("makegood which") as session:
                    await session.conn.execute(sa.select(value))
            except (SQLAlchemyError, TimeoutError) as alone:
                if unreadable(alone):
                    return str(unfit(fact, str(value.clause.value), example(fact.reads)))
        return ""

    async def _rehearsed(self, planner: Planner, action: SqlAction, run: RunRef) -> Preview:
        """Runs it, shows what came of it, and rolls it back."""
        try:
            async with self._db.writing(run) as tx:
                schema, plan = await self._planned(tx, planner)
                image = await sql_run.execute(tx.conn, schema, plan, run)
                if not plan.note:
                    plan = await self._undo_tried(tx, schema, plan, image)
                return sql_preview.preview_of(plan, schema, action, run, seen=image.changes)
        except (SQLAlchemyError, TimeoutError) as error:
            raise Rejected(f"The rehearsal did not work: {reason(error)}. {_NOTHING}") from error
        except (Refused, Invalid, NotFound, Misconfigured) as error:
            raise _unchanged(error) from error

    async def _undo_tried(self, tx: Transaction, schema: Schema, plan: Plan, image: Image) -> Plan:
        """The plan with a note where the undo failed."""
        try:
            await tx.bounded(rehearse(tx.conn, schema, image, plan.declared), asyncio.Event())
        except CannotBeUndone as error:
            self._known.cannot_be_undone(plan, str(error))
        return self._known.noted(plan)

    async def _carry_out(
        self, planner: Planner, action: SqlAction, preview: Preview, run: RunRef, watch: Watch
    ) -> RunOutcome:
        image: bytes | None = None
        planned: list[Plan] = []
        try:
            async with self._db.writing(run) as tx:
                schema, plan = await self._planned(tx, planner)
                planned.append(plan)
                sql_preview.as_approved(preview, plan, schema, action, run)
                done = await sql_run.execute(tx.conn, schema, plan, run)
                await sql_run.has_worked(tx.conn, schema, plan)
                if preview.undoable:
                    await tx.bounded(rehearse(tx.conn, schema, done, plan.declared), watch.cancelled)
                image = encode(done)
                await watch.begin(image)
                sql_run.in_time(run, watch)
                await tx.commit()
        except Doubtful:
            await watch.progress("The connection was lost at COMMIT. Looking at production …")
            return await self.investigate(action, preview, image, run, watch)
        except sql_run.Thwarted as error:
            self._known.thwarted(plan, str(run), str(error))
            return RunOutcome(state="lapsed", summary=f"nothing was changed. {error}")
        except CannotBeUndone as error:
            self._known.cannot_be_undone(plan, str(error))
            said = f"nothing was changed. This can't be undone because {error}: approve it again as one that cannot be undone."
            return RunOutcome(state="lapsed", summary=said)
        except Refused as error:
            return RunOutcome(state="lapsed", summary=f"nothing was changed. {error} Preview it again.")
        except (MakegoodError, SQLAlchemyError, OSError) as error:  # a TimeoutError is an OSError
            log.warning("%s was not done: %s", run, coded(error))
            if planned and isinstance(error, DBAPIError) and not passing(error):
                self._known.thwarted(planned[0], str(run), reason(error))
            return RunOutcome(
                state="failed", summary=f"nothing was changed: {_why(error)}", detail=self._redact(rule(error))
            )
        self._known.changed(done)
        return _succeeded(plan, done, image)

    async def _seen(self, conn: AsyncConnection, schema: Schema, data: bytes) -> RunOutcome:
        image = decode(data)
        if why := next(filter(None, (no_place(schema, change) for change in image.changes)), ""):
            return RunOutcome(
                state="unknown", summary=f"could not look at production: {why}. Look yourself", image=data
            )
        now = await rows_now(conn, schema, image.changes, lock=True)
        pairs = [(schema.tables[c.table], c, row) for c, row in now]
        if not any(differing(info, c.before, c.after, image.volatile) for info, c, _ in pairs):
            said = "looked at production: the rows are the same before and after the run, so they don't tell. Look yourself"
            return RunOutcome(state="unknown", summary=said, image=data)
        if not any(differing(info, c.after, row, image.volatile) for info, c, row in pairs):
            said = f"looked at production: it took effect ({len(now)} rows are as the run leaves them)"
            return RunOutcome(state="succeeded", summary=said, image=data, changed=_by_table(image))
        if not any(differing(info, c.before, row, image.volatile) for info, c, row in pairs):
            return RunOutcome(state="failed", summary="looked at production: it took no effect, every row is as before")
        other = [c.name for info, c, row in pairs if differing(info, c.after, row, image.volatile)]
        said = f"looked at production: neither as before nor as after the run: {'; '.join(other)}. Somebody has to look"
        return RunOutcome(state="unknown", summary=said, image=data)


def _unchanged(error: MakegoodError) -> MakegoodError:
    """The same, saying what was not done."""
    if _NOTHING in str(error):
        return error
    said = f"{error} {_NOTHING}"
    return Invalid(said, error.fields) if isinstance(error, Invalid) else type(error)(said)


def _succeeded(plan: Plan, done: Image, image: bytes) -> RunOutcome:
    verb, _, what = sql_preview.summary(plan.verb, plan.table, done.changes).partition(" ")
    return RunOutcome(state="succeeded", summary=f"{PAST[verb]} {what}", image=image, changed=_by_table(done))


def _by_table(image: Image) -> dict[str, int]:
    tables = [change.table for change in image.changes]
    return {table: tables.count(table) for table in dict.fromkeys(tables)}


def _image(data: bytes | None) -> Image:
    if data is None:
        raise Refused("The rows as they were are no longer kept, so this cannot be undone. Restore them by hand.")
    return decode(data)


def _why(error: BaseException) -> str:
    return str(error) if isinstance(error, MakegoodError) else reason(error)

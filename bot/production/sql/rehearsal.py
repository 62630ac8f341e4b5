"""Rehearses the undo inside the run's own transaction before its COMMIT: undoes, compares the rows, and rolls back."""

from collections.abc import Iterable, Sequence

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.errors import Refused
from bot.production.sql.errors import passing, reason
from bot.production.sql.image import Image
from bot.production.sql.obstacles import rows_now
from bot.production.sql.order import ordered
from bot.production.sql.read import differing
from bot.production.sql.schema import Schema
from bot.production.sql.steps import steps_of

_SAVEPOINT, _ROLLBACK = "SAVEPOINT rehearsal", "ROLLBACK TO SAVEPOINT rehearsal"


class CannotBeUndone(Refused):
    """The rehearsal failed. The message is the reason alone."""


async def rehearse(conn: AsyncConnection, schema: Schema, image: Image, declared: frozenset[str]) -> None:
    """Raises CannotBeUndone where the undo would not give back the rows, columns that may differ aside.

    The transaction has to be rolled back then. What may work at another time (a lock, a deadlock) is raised as it is.
    """
    await conn.exec_driver_sql(_SAVEPOINT)
    try:
        await _undone(conn, schema, image, declared)
    except DBAPIError as error:
        if passing(error):
            raise
        raise CannotBeUndone(reason(error)) from error
    await conn.exec_driver_sql(_ROLLBACK)


async def _undone(conn: AsyncConnection, schema: Schema, image: Image, declared: frozenset[str]) -> None:
    tables = _near(schema, image)
    # counted before: rows that pointed nowhere already are not the undo's fault
    broken = await _orphans(conn, schema, tables)
    for step in steps_of(schema, ordered(schema, [change.inverse() for change in image.changes])):
        result = await conn.execute(step.statement, execution_options={"preserve_rowcount": True})
        if result.rowcount != step.rows:
            raise CannotBeUndone(f"the database would touch {result.rowcount} rows instead of {step.rows}")
    if conn.dialect.name == "postgresql" and schema.facts.deferred:
        # a deferred constraint speaks at COMMIT only, when it would be too late to say "cannot be undone"
        await conn.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    for change, now in await rows_now(conn, schema, image.changes, lock=False):
        if what := differing(schema.tables[change.table], change.before, now, declared):
            raise CannotBeUndone(f"the database would not give back {change.name} as it was: {what}")
    if await _orphans(conn, schema, tables) - broken:
        raise CannotBeUndone("a row would point at one that is gone (foreign key)")


def _near(schema: Schema, image: Image) -> Sequence[str]:
    """The changed tables and those that point at them."""
    own = dict.fromkeys(change.table for change in image.changes)
    return list(dict.fromkeys((*own, *(key.child for table in own for key in schema.references(table)))))


async def _orphans(conn: AsyncConnection, schema: Schema, tables: Iterable[str]) -> set[tuple[object, ...]]:
    """SQLite has no way to check a deferred foreign key before COMMIT, except to look for its orphans."""
    if conn.dialect.name != "sqlite" or not schema.facts.deferred:
        return set()
    quote = conn.dialect.identifier_preparer.quote_identifier
    found: set[tuple[object, ...]] = set()
    for table in tables:
        found.update(map(tuple, await conn.exec_driver_sql(f"PRAGMA foreign_key_check({quote(table)})")))
    return found

"""What the database would not let in, said before anybody approves it: unique values, empty columns, parents that are not there."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.errors import Refused
from bot.production.sql.facts import ForeignKey
from bot.production.sql.image import Change
from bot.production.sql.obstacles import held_elsewhere
from bot.production.sql.schema import Schema
from bot.production.sql.undoable import parent_of

_UPDATE = frozenset({"UPDATE"})


async def must_be_let_in(conn: AsyncConnection, schema: Schema, changes: Sequence[Change]) -> None:
    """Raises Refused for updates that are bound to fail. What a trigger may still put right is left to the run."""
    updates = [c for c in changes if c.before is not None and c.after is not None and _plain(schema, c.table)]
    for change in updates:
        if empty := _emptied(schema, change):
            raise Refused(f"{change.name}: {empty} may not be empty.")
    for name, columns in await held_elsewhere(conn, schema, [change.inverse() for change in updates]):
        raise Refused(f"{name}: another row has the same {columns}, which is unique.")
    await _must_have_parents(conn, schema, updates)


def _plain(schema: Schema, table: str) -> bool:
    return not schema.facts.triggers_of(table, _UPDATE)


def _emptied(schema: Schema, change: Change) -> str:
    """A column that becomes NULL and may not."""
    info, before, after = schema.tables[change.table], change.before or {}, change.after or {}
    names = (n for n in after if after[n] is None and before.get(n) is not None)
    return next((n for n in names if not info.table.c[n].nullable and not info.columns[n].generated), "")


async def _must_have_parents(conn: AsyncConnection, schema: Schema, updates: Sequence[Change]) -> None:
    for change in updates:
        for key in schema.pointers(change.table):
            if _points_anew(schema, key, change) and not await conn.scalar(
                sa.select(parent_of(schema, key, change.inverse()))
            ):
                raise Refused(f"{change.name}: there is no row of {key.parent} at which it would point.")


def _points_anew(schema: Schema, key: ForeignKey, change: Change) -> bool:
    """Its columns are filled, and not as before. A parent that is written anew by the same change is left to the run."""
    before, after = change.before or {}, change.after or {}
    return (
        key.working
        and not key.trusted
        and key.parent != change.table
        and key.parent in schema.tables
        and not schema.tables[key.parent].filtered
        and all(after[c] is not None for c in key.columns)
        and any(before[c] != after[c] for c in key.columns)
    )

"""What the database would not let in, said before anybody approves it. What a trigger may still put right is left to the run."""

import re
from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.errors import Refused
from bot.production.sql.facts import ColumnFact, ForeignKey
from bot.production.sql.image import Change
from bot.production.sql.obstacles import alike_together, held_elsewhere
from bot.production.sql.order import alike
from bot.production.sql.read import present
from bot.production.sql.rules import broken_rules, fired, touched
from bot.production.sql.schema import Schema, TableInfo
from bot.production.sql.undoable import parent_of


async def must_be_let_in(
    conn: AsyncConnection, schema: Schema, changes: Sequence[Change], written: Collection[str]
) -> None:
    """Raises Refused for changes that are bound to fail. `written` are the columns that the action itself sets."""
    _must_get_past_triggers(schema, changes, written)
    come = _coming(schema, changes)
    if empty := _all_emptied(schema, come):
        raise Refused(empty[0])
    await _must_be_alone(conn, schema, come)
    await _must_have_parents(conn, schema, come)
    _must_not_point_at_the_gone(schema, changes, come)
    if broken := await broken_rules(conn, schema, come):
        raise Refused(broken[0])


async def kept_out(conn: AsyncConnection, schema: Schema, changes: Sequence[Change]) -> list[str]:
    """Sentences about rows that their table's own rules would not let in, as they are by now."""
    come = _coming(schema, changes)
    return [*_all_emptied(schema, come), *await broken_rules(conn, schema, come)]


def _coming(schema: Schema, changes: Sequence[Change]) -> list[Change]:
    return [change for change in changes if change.after is not None and touched(schema, change) is not None]


def _all_emptied(schema: Schema, come: Sequence[Change]) -> list[str]:
    found = ((change, _emptied(schema, change)) for change in come)
    return [f"{change.name}: {empty} may not be empty." for change, empty in found if empty]


def _must_get_past_triggers(schema: Schema, changes: Sequence[Change], written: Collection[str]) -> None:
    if not schema.facts.triggers:
        return
    for change in changes:
        for trigger in fired(schema, change):
            if trigger.stops:
                raise Refused(trigger.stops)
    if lost := [(t, c) for t in fired(schema, changes[0]) for c in t.overwrites if _same(c, written)]:
        trigger, column = lost[0]
        raise Refused(
            f"{trigger.table} has a trigger ({trigger.name}), which sets {column} itself at every change, so what is written there "
            "would not stay. Set what the trigger looks at, or leave the column to it."
        )


def _same(column: str, written: Collection[str]) -> bool:
    return column.casefold() in {name.casefold() for name in written}


def _emptied(schema: Schema, change: Change) -> str:
    """A column that becomes NULL and may not."""
    info, before, after = schema.tables[change.table], change.before, change.after or {}
    if before is None:
        names = [n for n in info.columns if after.get(n) is None and (n in after or not _filled(info, n))]
    else:
        names = [n for n in after if after[n] is None and before.get(n) is not None]
    free = touched(schema, change) or ()
    fixed = (n for n in names if not info.table.c[n].nullable and not info.columns[n].generated)
    return next((n for n in fixed if n.casefold() not in free), "")


def _filled(info: TableInfo, name: str) -> bool:
    """The database may have a value of its own for a column that an insert leaves out."""
    column, fact = info.table.c[name], info.columns[name]
    by_itself = column.server_default is not None or column.identity is not None or column.autoincrement is True
    rowid = info.database == "sqlite" and column.primary_key and len(info.table.primary_key) == 1
    of_its_type = info.as_text and not _plain_type(fact)  # a domain may have a default
    return by_itself or rowid or of_its_type or fact.clocked or fact.spec.startswith(("enum", "timestamp"))


def _plain_type(fact: ColumnFact) -> bool:
    """A type as it is, but for its length."""
    return re.sub(r"\([^)]*\)", "", fact.spec) == fact.reads or fact.spec.startswith("character")


async def _must_be_alone(conn: AsyncConnection, schema: Schema, come: Sequence[Change]) -> None:
    for change in come:
        new = change.before is None and change.key
        if new and await present(conn, schema.tables[change.table], change.key, lock=False):
            raise Refused(f"{change.name}: there is such a row already.")
    if twice := next(alike_together(schema, come), None):
        raise Refused(f"{twice[0].name}: {twice[1].name} would have the same {', '.join(twice[2])}, which is unique.")
    for name, columns in await held_elsewhere(conn, schema, [change.inverse() for change in come]):
        raise Refused(f"{name}: another row has the same {columns}, which is unique.")


async def _must_have_parents(conn: AsyncConnection, schema: Schema, come: Sequence[Change]) -> None:
    for change in come:
        for key in schema.pointers(change.table):
            if _points_anew(schema, key, change) and not await conn.scalar(
                sa.select(parent_of(schema, key, change.inverse()))
            ):
                raise Refused(f"{change.name}: there is no row of {key.parent} at which it would point.")


def _must_not_point_at_the_gone(schema: Schema, changes: Sequence[Change], come: Sequence[Change]) -> None:
    """By a default that the database writes, which is looked at once all are gone."""
    gone = [change for change in changes if change.after is None]
    for change in come if gone else ():
        for key in (key for key in schema.pointers(change.table) if _points_anew(schema, key, change)):
            sought = alike(change.after or {}, key.columns)
            for row in gone:
                if row.table == key.parent and alike(row.before or {}, key.parent_columns) == sought:
                    raise Refused(f"{change.name} would point at {row.name} by its default, and that row goes, too.")


def _points_anew(schema: Schema, key: ForeignKey, change: Change) -> bool:
    """Its columns are filled, and not as before. A parent that is written anew by the same change is left to the run."""
    before, after = change.before or {}, change.after or {}
    return (
        key.working
        and not key.trusted
        and (key.parent != change.table or change.before is not None)
        and key.parent in schema.tables
        and not schema.tables[key.parent].filtered
        and all(after.get(c) is not None for c in key.columns)
        and any(before.get(c) != after[c] for c in key.columns)
    )

"""What the database would not let in, said before anybody approves it. What a trigger may still put right is left to the run."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.errors import Refused
from bot.production.sql.facts import Apart, ColumnFact, ForeignKey, Trigger
from bot.production.sql.generated import as_it_will_be
from bot.production.sql.image import Change
from bot.production.sql.obstacles import held_elsewhere
from bot.production.sql.read import present
from bot.production.sql.schema import Schema, TableInfo
from bot.production.sql.trigger_text import tokens_of
from bot.production.sql.undoable import parent_of

_TOGETHER = 50
"""Rows in one query."""


async def must_be_let_in(
    conn: AsyncConnection, schema: Schema, changes: Sequence[Change], written: Collection[str]
) -> None:
    """Raises Refused for changes that are bound to fail. `written` are the columns that the action itself sets."""
    _must_get_past_triggers(schema, changes, written)
    come = [change for change in changes if change.after is not None and _touched(schema, change) is not None]
    for change in come:
        if empty := _emptied(schema, change):
            raise Refused(f"{change.name}: {empty} may not be empty.")
    await _must_be_alone(conn, schema, come)
    await _must_have_parents(conn, schema, come)
    for start in range(0, len(come), _TOGETHER):
        await _must_keep_rules(conn, schema, come[start : start + _TOGETHER])


def _event(change: Change) -> frozenset[str]:
    return frozenset(("INSERT" if change.before is None else "DELETE" if change.after is None else "UPDATE",))


def _fired(schema: Schema, change: Change) -> tuple[Trigger, ...]:
    return schema.facts.triggers_of(change.table, _event(change)) if schema.facts.triggers else ()


def _must_get_past_triggers(schema: Schema, changes: Sequence[Change], written: Collection[str]) -> None:
    if not schema.facts.triggers:
        return
    for change in changes:
        for trigger in _fired(schema, change):
            if trigger.stops:
                raise Refused(trigger.stops)
    if lost := [(t, c) for t in _fired(schema, changes[0]) for c in t.overwrites if _same(c, written)]:
        trigger, column = lost[0]
        raise Refused(
            f"{trigger.table} has a trigger ({trigger.name}), which sets {column} itself at every change, so what is written there "
            "would not stay. Set what the trigger looks at, or leave the column to it."
        )


def _same(column: str, written: Collection[str]) -> bool:
    return column.casefold() in {name.casefold() for name in written}


def _touched(schema: Schema, change: Change) -> frozenset[str] | None:
    """Columns that triggers set before the rules are asked, in small letters; None: nobody can say which."""
    early = [trigger for trigger in _fired(schema, change) if not trigger.late]
    if any(trigger.sets is None for trigger in early):
        return None
    return frozenset(name.casefold() for trigger in early for name in trigger.sets or ())


def _emptied(schema: Schema, change: Change) -> str:
    """A column that becomes NULL and may not."""
    info, before, after = schema.tables[change.table], change.before, change.after or {}
    if before is None:
        names = [n for n in info.columns if after.get(n) is None and (n in after or not _filled(info, n))]
    else:
        names = [n for n in after if after[n] is None and before.get(n) is not None]
    free = _touched(schema, change) or ()
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
    for name, columns in await held_elsewhere(conn, schema, [change.inverse() for change in come]):
        raise Refused(f"{name}: another row has the same {columns}, which is unique.")


async def _must_have_parents(conn: AsyncConnection, schema: Schema, come: Sequence[Change]) -> None:
    for change in come:
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
        and all(after.get(c) is not None for c in key.columns)
        and any(before.get(c) != after[c] for c in key.columns)
    )


Rule = Callable[[sa.Subquery], sa.ColumnElement[bool]]
"""Whether a row as it will be breaks it."""


async def _must_keep_rules(conn: AsyncConnection, schema: Schema, come: Sequence[Change]) -> None:
    """One query for all rows: whether a check, an exclusion or a unique index of expressions keeps one of them out."""
    asked: list[tuple[Change, str]] = []
    answers: list[Any] = []
    for change in come:
        row = as_it_will_be(schema, change)
        for said, rule in _rules(schema, change, come):
            answers.append(rule(row).label(f"r{len(asked)}"))
            asked.append((change, said))
    if not asked:
        return
    found = (await conn.execute(sa.select(*answers))).one()
    for (change, said), broken in zip(asked, found, strict=True):
        if broken:
            raise Refused(f"{change.name}{said}")


def _rules(schema: Schema, change: Change, come: Sequence[Change]) -> Iterable[tuple[str, Rule]]:
    """Those that it could break, each with what is said then. What looks at columns of which nobody knows the value is left out."""
    for check in schema.facts.rules:
        if check.table == change.table and _concerns(schema, change, check.clause):
            yield f" would be outside of what its table's check allows: {check.clause}.", _check(check.clause)
    for apart in schema.facts.aparts:
        names = ", ".join(expression for expression, _ in apart.parts)
        text = f"{names} {apart.predicate}"
        if apart.table == change.table and _concerns(schema, change, text):
            ends = f": another row has the same {names}, which is unique."
            said = ends if apart.unique else f" would overlap with another row ({names})."
            yield said, _apart(schema, apart, [c for c in come if c.table == change.table])


def _concerns(schema: Schema, change: Change, text: str) -> bool:
    """Every column that it names is known; on SQLite and MariaDB one of them changes, since others are not asked again there."""
    info, before, after = schema.tables[change.table], change.before, change.after or {}
    words = {piece.strip('"`[]').casefold() for piece in tokens_of(text)}
    named = [name for name in info.columns if name.casefold() in words]
    if any(name.casefold() in (_touched(schema, change) or ()) for name in named):
        return False
    if before is None:
        return bool(named) and all(name in after for name in named)
    return info.as_text or any(before[name] != after[name] for name in named)


def _check(clause: str) -> Rule:
    broken: sa.ColumnElement[bool] = sa.literal_column(f"NOT ({clause})")
    return lambda row: sa.exists(sa.select(sa.literal(1)).select_from(row).where(broken))


def _apart(schema: Schema, apart: Apart, own: Sequence[Change]) -> Rule:
    """By a row that does not itself change."""
    info = schema.tables[apart.table]
    cells: list[sa.ColumnElement[Any]] = [
        sa.literal_column(expression).label(f"e{nth}") for nth, (expression, _) in enumerate(apart.parts)
    ]
    within: list[Any] = [sa.literal_column(apart.predicate)] if apart.predicate else []
    ours = [info.matches(change.key) for change in own if change.key]
    others = [sa.not_(sa.or_(*ours))] if ours else []
    there = sa.select(*cells).select_from(info.table).where(*within, *others).subquery()

    def broken(row: sa.Subquery) -> sa.ColumnElement[bool]:
        new = sa.select(*cells).select_from(row).where(*within).subquery()
        pairs = (there.c[f"e{n}"].op(operator)(new.c[f"e{n}"]) for n, (_, operator) in enumerate(apart.parts))
        return sa.exists(sa.select(sa.literal(1)).select_from(there.join(new, sa.and_(*pairs))))

    return broken

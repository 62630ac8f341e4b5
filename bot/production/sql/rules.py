"""Asks the database whether a row as it will be breaks a rule of its table: a check, an exclusion, a unique index of any kind."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.production.sql.facts import Apart, Trigger
from bot.production.sql.generated import as_it_will_be
from bot.production.sql.image import Change
from bot.production.sql.schema import Schema
from bot.production.sql.trigger_text import tokens_of

_TOGETHER = 50
"""Rows in one query."""


Rule = Callable[[sa.Subquery], sa.ColumnElement[bool]]
"""Whether a row as it will be breaks it."""


async def broken_rules(conn: AsyncConnection, schema: Schema, come: Sequence[Change]) -> list[str]:
    """Which checks, exclusions and unique indexes of expressions or of some rows keep these out, each with its row."""
    return [
        said
        for start in range(0, len(come), _TOGETHER)
        for said in await _broken(conn, schema, come, come[start : start + _TOGETHER])
    ]


async def _broken(conn: AsyncConnection, schema: Schema, come: Sequence[Change], some: Sequence[Change]) -> list[str]:
    """One query for all rows."""
    asked: list[tuple[Change, str]] = []
    answers: list[Any] = []
    for change in some:
        if rules := list(_rules(schema, change, come)):
            row = as_it_will_be(schema, change)
            answers += [rule(row).label(f"r{len(asked) + nth}") for nth, (_, rule) in enumerate(rules)]
            asked += [(change, said) for said, _ in rules]
    if not asked:
        return []
    found = (await conn.execute(sa.select(*answers))).one()
    return [f"{change.name}{said}" for (change, said), broken in zip(asked, found, strict=True) if broken]


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
    if any(name.casefold() in (touched(schema, change) or ()) for name in named):
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


def fired(schema: Schema, change: Change) -> tuple[Trigger, ...]:
    return schema.facts.triggers_of(change.table, _event(change)) if schema.facts.triggers else ()


def _event(change: Change) -> frozenset[str]:
    return frozenset(("INSERT" if change.before is None else "DELETE" if change.after is None else "UPDATE",))


def touched(schema: Schema, change: Change) -> frozenset[str] | None:
    """Columns that triggers set before the rules are asked, in small letters; None: nobody can say which."""
    early = [trigger for trigger in fired(schema, change) if not trigger.late]
    if any(trigger.sets is None for trigger in early):
        return None
    return frozenset(name.casefold() for trigger in early for name in trigger.sets or ())

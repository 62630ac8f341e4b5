"""Plans an action's statement row by row: its own rows, and those that go with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import functions, visitors

from bot.bug.errors import Refused
from bot.production.action import SqlAction
from bot.production.sql import guard
from bot.production.sql.admitted import must_be_let_in
from bot.production.sql.cascade import with_cascades
from bot.production.sql.generated import foreseen
from bot.production.sql.image import Change
from bot.production.sql.letting_go import must_let_go
from bot.production.sql.prepared import Prepared, Written, written
from bot.production.sql.schema import Schema, TableInfo
from bot.production.sql.triggers import followed
from bot.production.sql.typed import handed
from bot.production.sql.typed_words import unfit
from bot.production.sql.undoable import undo_note

Sets = Mapping[str, sa.ColumnElement[Any]]
"""Column -> expression that it is set to."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement, and how many rows it must touch."""

    written: Written
    rows: int
    inserts: Change | None = None
    """The row that it inserts, whose key the database may give."""

    @property
    def statement(self) -> Any:
        return self.written.statement

    @property
    def sql(self) -> str:
        """As people and the digest get it."""
        return self.written.sql

    @property
    def values(self) -> Mapping[str, Any]:
        return self.written.values


def planned(schema: Schema, statement: Any, rows: int) -> Statement:
    return Statement(written=written(schema, statement), rows=rows)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything one run will do."""

    verb: str
    """"delete", "update", "insert", "undo"."""
    table: str
    steps: tuple[Statement, ...]
    changes: tuple[Change, ...]
    volatile: frozenset[str]
    declared: frozenset[str]
    """Columns that the action lets differ, after an undo too."""
    note: str = ""
    """Why it cannot be undone; empty: it can."""
    followed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Table -> columns that its triggers set by themselves."""
    check: sa.Select[Any] | None = None
    """Finds nothing any more once the run has worked."""

    def loose(self, table: str) -> frozenset[str]:
        """Columns that may become something else than was shown."""
        return self.volatile | self.followed.get(table, frozenset())


async def plan_action(
    conn: AsyncConnection, schema: Schema, action: SqlAction, prepared: Prepared, *, lock: bool
) -> Plan:
    """Reads the rows the action's statement touches, under lock where asked. Raises Refused where it may not run."""
    info, statement, sets = prepared.info, prepared.statement, prepared.sets
    if isinstance(statement, sa.Insert):
        own = [_inserted(info, await _computed(conn, info, sets))]
    else:
        own = await _touched(conn, schema, prepared, lock=lock)
        _within(len(own), action.max_rows, f"rows of {info.name} match")
        _one_each(info, statement, len(own), action.max_rows)
        _spelt_so(info, statement, own)
    taken: Sequence[Change] = own
    if isinstance(statement, sa.Delete):
        taken = await with_cascades(conn, schema, own, lock=lock)
        must_let_go(schema, own, taken)
    changes = await foreseen(conn, schema, taken)
    await must_be_let_in(conn, schema, changes, sets)
    inserts = own[0] if isinstance(statement, sa.Insert) else None
    declared, by_triggers = type(action).volatile, followed(schema, changes)
    return Plan(
        verb=statement.__visit_name__,
        table=info.name,
        steps=(Statement(written=prepared.written, rows=len(own), inserts=inserts),),
        changes=changes,
        volatile=declared | _clocked(sets) | _touching(schema, sets, changes),
        declared=declared,
        note=await undo_note(conn, schema, changes, declared),
        followed={**by_triggers, info.name: by_triggers.get(info.name, frozenset()) - sets.keys()},
        check=prepared.check,
    )


async def _touched(conn: AsyncConnection, schema: Schema, prepared: Prepared, *, lock: bool) -> list[Change]:
    info, sets = prepared.info, prepared.sets
    query = prepared.rows.limit(schema.target.row_limit + 1)
    rows = (await conn.execute(query.with_for_update() if lock else query)).mappings().all()
    _within(len(rows), schema.target.row_limit, f"rows of {info.name} match")
    for row in rows:
        _must_fit(info, sets, row)
    changes = [_change(info, dict(row), tuple(sets), deletes=isinstance(prepared.statement, sa.Delete)) for row in rows]
    if not changes:
        raise Refused(f"No row of {info.name} matches. Nothing to do: check the parameters, it may be gone already.")
    if all(change.before == change.after for change in changes):
        raise Refused(f"{changes[0].name} is as wanted already. Nothing to do.")
    return changes


def _change(info: TableInfo, row: dict[str, Any], sets: tuple[str, ...], *, deletes: bool) -> Change:
    before = {name: row[name] for name in info.columns}
    after = None if deletes else {**before, **{name: row[f"after {name}"] for name in sets}}
    return Change(table=info.name, key=info.key_of(before), before=before, after=after)


def _must_fit(info: TableInfo, sets: Sets, row: Mapping[str, Any]) -> None:
    """A cast makes NULL of what the database can't read (MySQL), and cuts what is too long (PostgreSQL); the change itself fails then."""
    for name, expression in sets.items():
        value = handed(expression)
        if value is not None and value.value is not None and row[f"after {name}"] is None:
            raise unfit(info.columns[name], str(value.value))
        uncut = row.get(f"uncut {name}")
        if uncut is not None and uncut.rstrip(" ") != row[f"after {name}"].rstrip(" "):
            raise unfit(info.columns[name], uncut, "It is too long or too short for it.")


def _spelt_so(info: TableInfo, statement: Any, found: Sequence[Change]) -> None:
    """A database may take "Ann", "ann" and "ann " for the same. Nobody approves another row than the one that was written."""
    written = guard.pinned(statement)
    for change in found:
        for name in info.key:
            texts, held = written.get(name, []), change.key[name]
            spelt = {info.shown(name, raw) for raw in texts if isinstance(raw, str)}
            if (
                spelt
                and isinstance(held, str)
                and info.is_text(name)
                and _plain(info, name, held) not in {_plain(info, name, str(text)) for text in spelt}
            ):
                raise Refused(
                    f"There is no such row of {info.name}; there is one whose {name} is written “{held}”. Write it so."
                )


def _plain(info: TableInfo, name: str, text: str) -> str:
    """Blanks at the end of a CHAR(n) fill it up and mean nothing."""
    return (
        text.rstrip(" ")
        if info.columns[name].spec.startswith("char") and "varying" not in info.columns[name].spec
        else text
    )


async def _computed(conn: AsyncConnection, info: TableInfo, sets: Sets) -> dict[str, Any]:
    values = [info.read_as(name, expression).label(name) for name, expression in sets.items()]
    values += [
        info.uncut(name, expression).label(f"uncut {name}") for name, expression in sets.items() if info.may_cut(name)
    ]
    row = (await conn.execute(sa.select(*values))).mappings().one()
    _must_fit(info, sets, {**row, **{f"after {name}": row[name] for name in sets}})
    return {name: row[name] for name in sets}


def _inserted(info: TableInfo, values: dict[str, Any]) -> Change:
    if not values:
        raise Refused(f"The insert into {info.name} gives no values.")
    empty = [name for name in info.key if values.get(name) is None]
    # what the database gives is known of the primary key alone
    if unknown := [name for name in empty if name not in info.table.primary_key.columns]:
        raise Refused(info.says_nothing(unknown))
    return Change(table=info.name, key={} if empty else info.key_of(values), before=None, after=values)


def _clocked(sets: Sets) -> frozenset[str]:
    """Columns set from the database's clock: never twice the same."""
    return frozenset(
        name
        for name, expression in sets.items()
        for node in visitors.iterate(expression)
        if isinstance(node, functions.FunctionElement) and getattr(node, "name", "").lower() in guard.CLOCK
    )


def _touching(schema: Schema, sets: Sets, changes: Sequence[Change]) -> frozenset[str]:
    """Columns that an update of their row sets to the database's clock by itself (MySQL)."""
    updated = {change.table for change in changes if change.before is not None and change.after is not None}
    facts = (fact for table in updated for fact in schema.tables[table].columns.values())
    return frozenset(fact.name for fact in facts if fact.clocked) - sets.keys()


def _one_each(info: TableInfo, statement: Any, found: int, max_rows: int | None) -> None:
    """MySQL takes '7', '07' and '7 inches' for the number 7."""
    named = guard.named(statement, info)
    if max_rows is None and found > named:
        raise Refused(
            f"{found} rows of {info.name} match {named} value{'' if named == 1 else 's'} of {', '.join(info.key)}. The action compares "
            "it in another type than its column has: hand over tables.value(column, text)."
        )


def _within(count: int, limit: int | None, what: str) -> None:
    if limit is not None and count > limit:
        raise Refused(
            f"More than {limit} {what}, and that is the limit. Narrow it down, or raise the limit in the settings."
        )

"""Finds the triggers that a change fires, and what they mean for its undo. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress

from bot.bug.errors import Refused
from bot.production.sql.facts import Trigger
from bot.production.sql.image import Change
from bot.production.sql.order import ordered
from bot.production.sql.schema import Schema, TableInfo

_ONWARD = {"CASCADE": "DELETE", "SET NULL": "UPDATE", "SET DEFAULT": "UPDATE"}


def hindering(schema: Schema, changes: Sequence[Change], declared: frozenset[str]) -> str:
    """Why triggers stand in the way of an undo; empty: they don't."""
    for trigger in _fired(schema, changes):
        sets = _sets(schema, trigger)
        if sets is None:
            return f"{trigger.table} has a trigger ({trigger.name}), which may change more than is seen here."
        if unsaid := sorted(sets - declared - schema.tables[trigger.table].volatile):
            names = _named(schema, trigger.table, unsaid)
            allowed = allowance(schema, trigger.table, unsaid)
            return (
                f"{trigger.table} has a trigger ({trigger.name}), which sets {names} again at every change. {allowed}"
            )
    return ""


def followed(schema: Schema, changes: Sequence[Change]) -> Mapping[str, frozenset[str]]:
    """Table -> columns that its triggers set, and do nothing else."""
    found: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    for trigger in _fired(schema, changes):
        found[trigger.table] |= _sets(schema, trigger) or frozenset()
    return found


def allowance(schema: Schema, table: str, columns: Sequence[str]) -> str:
    """How the settings allow columns to change by themselves."""
    seen = [name for name in columns if table in schema.tables and name not in schema.tables[table].hidden]
    if not seen:
        return ""
    entries = ", ".join(f'"{table}.{name}"' for name in seen)
    return (
        f"If that may be, whoever keeps the settings writes volatile = [{entries}] in [targets.{schema.target.name}]."
    )


def _fired(schema: Schema, changes: Sequence[Change]) -> list[Trigger]:
    """By the changes and by their undo; those for a whole statement on a child fire without any row of it."""
    if not schema.facts.triggers:
        return []
    events: defaultdict[str, set[str]] = defaultdict(set)
    for change in changes:
        updated = change.before is not None and change.after is not None
        events[change.table] |= {"UPDATE"} if updated else {"INSERT", "DELETE"}
        for key in () if updated else schema.references(change.table):
            events[key.child] |= {_ONWARD[key.on_delete]} if key.on_delete in _ONWARD else set()
    for table in _circles(schema, changes):
        events[table].add("UPDATE")
    found = [t for name, some in events.items() for t in schema.facts.triggers_of(name, frozenset(some))]
    if schema.dialect.name == "sqlite" and found:  # such a trigger updates its row once more
        more = {t.table: frozenset(("UPDATE",)) for t in found}
        found += [t for name, some in more.items() for t in schema.facts.triggers_of(name, some) if t not in found]
    return found


def _circles(schema: Schema, changes: Sequence[Change]) -> set[str]:
    """Tables of rows whose references are let go for a moment."""
    found: set[str] = set()
    for some in (changes, [change.inverse() for change in changes]):
        with suppress(Refused):  # which is said elsewhere
            order = ordered(schema, some)
            found |= {order.changes[nth].table for nth in order.loose}
    return found


def _sets(schema: Schema, trigger: Trigger) -> frozenset[str] | None:
    """With the names as the table has them; None: nobody can say."""
    info = schema.tables.get(trigger.table)
    if info is None or trigger.sets is None:
        return None
    known = {name.casefold(): name for name in info.columns}
    names = [known.get(name.casefold(), "") for name in trigger.sets]
    return None if any(not name or name in _fixed(schema, info) for name in names) else frozenset(names)


def _fixed(schema: Schema, info: TableInfo) -> set[str]:
    """Columns by which rows are found."""
    return {*info.key, *(c for key in schema.references(info.name) for c in key.parent_columns)}


def _named(schema: Schema, table: str, columns: Sequence[str]) -> str:
    hidden = schema.tables[table].hidden
    return ", ".join(dict.fromkeys("a hidden column" if name in hidden else name for name in columns))

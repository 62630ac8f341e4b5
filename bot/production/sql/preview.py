"""Writes a plan in words and rows for people, with the digest that binds them to it. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any

from bot.bug.errors import Refused
from bot.production.action import MASK, FromTables, Preview, RowChange, RunRef, SqlAction, approvals_for
from bot.production.digest import digest_of
from bot.production.redaction import Redactor
from bot.production.sql.image import Change, Image, Values, canonical, shown
from bot.production.sql.plan import Plan, Statement
from bot.production.sql.read import differing
from bot.production.sql.schema import HIDDEN, Schema

_KEYS_SHOWN = 5
REHEARSED = "The undo is rehearsed in the run, before anything takes effect."


def preview_of(
    plan: Plan, schema: Schema, action: SqlAction, run: RunRef, *, tried: str = "", seen: Sequence[Change] | None = None
) -> Preview:
    """`tried`: what became of the same plan before. `seen`: what a rehearsal made of the rows; None: the plan says it."""
    undoable = not plan.note
    hide = Redactor(action.secrets()).redact if action.secrets() else str
    return Preview(
        action=type(action).slug,
        params=action.shown(),
        target=schema.target.name,
        lock_key=_lock_key(schema, action),
        digest=digest(plan, schema, action, run),
        summary=hide(summary(plan.verb, plan.table, plan.changes)),
        text=hide("\n".join(_written(step, schema) for step in plan.steps)),
        rows=_rows(plan, schema, hide) if seen is None else tuple(row_change(schema, change, hide) for change in seen),
        count=len(plan.changes),
        undoable=undoable,
        undo_note=plan.note or _how_undone(plan),
        risk=action.risk,
        approvals=approvals_for(type(action), undoable=undoable),
        warnings=(*_warnings(schema, plan), *((tried,) if tried else ())),
    )


def _rows(plan: Plan, schema: Schema, hide: Any) -> tuple[RowChange, ...]:
    return tuple(row_change(schema, change, hide, _by_itself(schema, plan, change)) for change in plan.changes)


def _lock_key(schema: Schema, action: SqlAction) -> str:
    """The same row has the same lock, however its table was written."""
    fields = type(action).model_fields
    tables = [name for name, field in fields.items() if any(isinstance(mark, FromTables) for mark in field.metadata)]
    return action.with_values({name: schema.named(getattr(action, name)) for name in tables}).lock_key()


def digest(plan: Plan, schema: Schema, action: SqlAction, run: RunRef) -> str:
    # sorted, because a database gives rows in any order, and the same rows must have the same digest
    rows = sorted((canonical(c, plan.volatile | schema.tables[c.table].volatile) for c in plan.changes), key=str)
    executes = [(step.sql, {k: repr(v) for k, v in step.values.items()}) for step in plan.steps]
    return digest_of(action, run, target=schema.target.name, executes=executes, rows=rows)


def row_change(schema: Schema, change: Change, hide: Any = str, loose: frozenset[str] = frozenset()) -> RowChange:
    """A row for people: hidden columns left out, and after the change those that the database sets by itself."""
    info = schema.tables[change.table]

    def told(values: Values | None) -> dict[str, str | None] | None:
        if values is None:
            return None
        return {k: None if v is None else hide(info.shown(k, v)) for k, v in values.items() if k not in info.hidden}

    key = {name: str(info.shown(name, raw)) for name, raw in change.key.items()}
    after = told(change.after)
    if after is not None and change.before is not None:  # what nobody knows beforehand is not shown
        after = {name: text for name, text in after.items() if name not in loose}
    return RowChange(table=change.table, key=key, before=told(change.before), after=after)


def as_approved(preview: Preview, plan: Plan, schema: Schema, action: SqlAction, run: RunRef) -> None:
    """Raises Refused, naming what is different, unless this plan is the very one that was previewed."""
    if preview.undoable and plan.note:
        raise Refused(f"It was approved as something that can be undone. {plan.note}")
    if digest(plan, schema, action, run) != preview.digest:
        raise Refused(f"Production is not as previewed: {_drift(preview, plan, schema)}.")


def _drift(preview: Preview, plan: Plan, schema: Schema) -> str:
    """What is no longer as previewed, without values; a hidden column is not named."""
    then = {(row.table, tuple(row.key.items())): row for row in preview.rows}
    now = {(row.table, tuple(row.key.items())): row for row in (row_change(schema, change) for change in plan.changes)}
    said = [f"{_place(p)} is new" for p in now.keys() - then.keys()]
    said += [f"{_place(p)} is gone" for p in then.keys() - now.keys()]
    for place in then.keys() & now.keys():
        info = schema.tables[place[0]]
        if what := differing(info, then[place].before, now[place].before, plan.volatile):
            said.append(f"{_place(place)}: {what}")
    return "; ".join(sorted(said)) or "something that is not shown, or the action itself, has changed"


def summary(verb: str, table: str, changes: Sequence[Change]) -> str:
    """Counts and keys, fit for the thread."""
    if verb == "undo":
        return f"restore {_counted(changes)}"
    own = [c for c in changes if c.table == table and (c.after is None) == (verb == "delete")]
    also = [c for c in changes if c not in own]
    gone, emptied = [c for c in also if c.after is None], [c for c in also if c.after is not None]
    said = f"{verb} {_counted(own)}{_keys(own)}{_columns(own) if verb == 'update' else ''}"
    said += f"; with it go {_counted(gone)}" if gone else ""
    return said + (f"; {_counted(emptied)} will no longer point at it" if emptied else "")


def image_of(plan: Plan, run: RunRef, changes: Iterable[Change]) -> Image:
    return Image(run=str(run), volatile=plan.volatile, changes=tuple(changes))


def _counted(changes: Sequence[Change]) -> str:
    tables = dict.fromkeys(change.table for change in changes)
    counts = [(sum(c.table == table for c in changes), table) for table in tables]
    return ", ".join(f"{count} row{'' if count == 1 else 's'} of {table}" for count, table in counts)


def _keys(changes: Sequence[Change]) -> str:
    keys = [", ".join(f"{k} {shown(v)}" for k, v in change.key.items()) for change in changes if change.key]
    more = ", …" if len(keys) > _KEYS_SHOWN else ""
    return f" ({'; '.join(keys[:_KEYS_SHOWN])}{more})" if keys else ""


def _columns(changes: Sequence[Change]) -> str:
    names = {k for c in changes for k, v in (c.after or {}).items() if v != (c.before or {})[k]}
    return f": {', '.join(sorted(names))}"


def _place(place: tuple[str, tuple[tuple[str, str], ...]]) -> str:
    return f"{place[0]} ({', '.join(f'{k} {v}' for k, v in place[1]) or 'new'})"


def _written(step: Statement, schema: Schema) -> str:
    hidden = schema.of(step.statement.table).hidden  # a value of VALUES or SET is called as its column is
    lines = [f"  {k} = {MASK if k in hidden or k.startswith(HIDDEN) else repr(v)}" for k, v in step.values.items()]
    return "\n".join([step.sql, *lines])


def _how_undone(plan: Plan) -> str:
    if plan.verb == "insert":
        said = "Undo removes the row, unless it has changed since. A number given by the database is not given back."
    else:
        said = "Undo puts every row back as it was, unless one has changed since."
    return f"{said} {REHEARSED}"


def _warnings(schema: Schema, plan: Plan) -> tuple[str, ...]:
    said = []
    if plan.verb == "insert" and not plan.changes[0].key:
        said.append("The database gives the new row its key; defaults are filled in when it runs.")
    columns = {
        f"{c.table}.{name}"
        for c in plan.changes
        for name in _by_itself(schema, plan, c) - schema.tables[c.table].hidden
    }
    if columns:
        said.append(
            f"Nobody knows beforehand what will be in {', '.join(sorted(columns))}: the database sets it by itself."
        )
    return tuple(said)


def _by_itself(schema: Schema, plan: Plan, change: Change) -> frozenset[str]:
    """Columns of an updated row that only the run fills."""
    if change.before is None or change.after is None:
        return frozenset()
    info = schema.tables[change.table]
    clocked = {name for name, fact in info.columns.items() if fact.clocked}
    loose = plan.followed.get(change.table, frozenset()) | info.volatile | clocked
    return frozenset(name for name in loose if change.after.get(name) == change.before.get(name))

"""Refuses a statement that is not plainly one bounded change of an allowed table. Pure.

Only node types that are listed here pass, and only as SQLAlchemy itself defines them.
"""

from math import prod
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import elements, functions, operators, selectable, visitors

from bot.bug.errors import Refused
from bot.production.sql.cascade import hidden_rows
from bot.production.sql.schema import Schema, TableInfo
from bot.production.sql.typed import handed

CLOCK = frozenset({"now", "current_timestamp", "current_date", "localtimestamp"})
_SCALAR = CLOCK | {
    "coalesce",
    "nullif",
    "lower",
    "upper",
    "trim",
    "length",
    "abs",
    "round",
    "concat",
    "replace",
    "greatest",
    "least",
}
_COUNTING = _SCALAR | {"count", "sum", "min", "max", "avg", "date_trunc", "substr"}

_VALUES = (
    sa.Column,
    elements.BindParameter,
    elements.BinaryExpression,
    elements.BooleanClauseList,
    elements.ExpressionClauseList,
    elements.ClauseList,
    elements.UnaryExpression,
    elements.Grouping,
    elements.Null,
    elements.True_,
    elements.False_,
    elements.Cast,
    elements.TypeClause,
    elements.Case,
    elements.Label,
    functions.FunctionElement,
    functions.Function,
)
_READS = (
    *_VALUES,
    elements.ColumnClause,
    sa.Table,
    sa.Select,
    selectable.Join,
    selectable.Alias,
    selectable.Subquery,
    selectable.ScalarSelect,
    selectable.SelectStatementGrouping,
    selectable.Exists,
)
Change = sa.Insert | sa.Update | sa.Delete


def guard_change(statement: Any, schema: Schema, max_rows: int | None) -> TableInfo:
    """The table that the statement changes, or Refused with the reason."""
    if not isinstance(statement, Change) or not isinstance(statement.table, sa.Table):
        raise Refused(
            "An action returns one insert, update or delete of SQLAlchemy Core. This one returns something else."
        )
    info = _allowed(statement.table, schema)
    if info.closed:
        raise Refused(info.closed)
    _no_extras(statement)
    for part in (*written(statement).values(), *criteria(statement)):
        for node in visitors.iterate(part):
            _node(node, schema, _VALUES, _SCALAR)
            _own_column(node, info)
    _written_columns(statement, schema, info)
    if not isinstance(statement, sa.Insert):
        _bounded(statement, info, max_rows)
    return info


def guard_look(query: Any, schema: Schema) -> None:
    """Refuses what is not a plain SELECT of allowed tables and columns that are not hidden."""
    if not isinstance(query, sa.Select):
        raise Refused("A look returns one select of SQLAlchemy Core. This one returns something else.")
    for node in visitors.iterate(query):
        _node(node, schema, _READS, _COUNTING)
        if isinstance(node, sa.Select):
            _plain_select(node)


def written(statement: Change) -> dict[str, sa.ColumnElement[Any]]:
    """Column -> expression that it is set to."""
    if isinstance(statement, sa.Delete):
        return {}
    if getattr(statement, "_multi_values", ()) or getattr(statement, "select", None) is not None:
        raise Refused("An action inserts one row, given by its values.")
    values = dict(getattr(statement, "_ordered_values", None) or statement._values or {})  # noqa: SLF001 - no public reader
    return {getattr(column, "name", column): expression for column, expression in values.items()}


def criteria(statement: Change) -> tuple[Any, ...]:
    """The conditions of its WHERE, all of which hold."""
    return () if isinstance(statement, sa.Insert) else tuple(statement._where_criteria)  # noqa: SLF001 - no public reader


def _no_extras(statement: Change) -> None:
    """RETURNING, CTEs, ON CONFLICT, hints and prefixes could all carry a second effect."""
    extras = (
        "_prefixes",
        "_hints",
        "_independent_ctes",
        "_returning",
        "_post_values_clause",
        "_statement_hints",
        "_extra_froms",
    )
    used = [name.strip("_") for name in extras if getattr(statement, name, None)]
    if used or _foreign(type(statement)) or statement.get_execution_options():
        raise Refused(
            f"The statement carries more than values and a WHERE ({', '.join(used) or 'options'}), which is not allowed."
        )


def _plain_select(query: Any) -> None:
    extras = ("_prefixes", "_suffixes", "_hints", "_statement_hints", "_independent_ctes", "_for_update_arg")
    if any(getattr(query, name, None) for name in extras) or query.get_execution_options():
        raise Refused("A look only reads: no locks, hints, prefixes or common table expressions.")


def _node(node: Any, schema: Schema, allowed: tuple[type, ...], names: frozenset[str]) -> None:
    if (
        not isinstance(node, allowed)
        or _foreign(type(node))
        or (isinstance(node, elements.ColumnClause) and node.is_literal)
    ):
        raise Refused(
            f"The statement holds {type(node).__name__} “{_brief(node)}”: raw SQL and rare constructs are not allowed."
        )
    kind = getattr(node, "type", None)
    if _foreign(type(kind)) and not schema.lends(kind):
        raise Refused("The statement uses a column type of its own making, which is not allowed.")
    if isinstance(node, elements.BindParameter):
        _handed_over(node)
        return
    if isinstance(node, functions.FunctionElement):
        _function(node, names)
    operator = getattr(node, "operator", None)
    if isinstance(operator, operators.custom_op):
        raise Refused(f"The operator {operator.opstring!r} is not on the list of allowed ones.")
    if isinstance(node, sa.Table):
        _allowed(node, schema)
    if isinstance(node, elements.ColumnClause):
        _column(node, schema)


def _handed_over(value: elements.BindParameter[Any]) -> None:
    if value.literal_execute or callable(value.callable):
        raise Refused(
            "A value of the statement is written into its text instead of being handed over. Hand it over plainly."
        )


def _function(node: Any, names: frozenset[str]) -> None:
    name = str(getattr(node, "name", "")).lower()
    if name not in names or getattr(node, "packagenames", None):
        raise Refused(f"The function {name}() is not on the list of allowed ones: {', '.join(sorted(names))}.")


def _allowed(table: sa.Table, schema: Schema) -> TableInfo:
    info = schema.tables.get(table.fullname)
    if info is None or info.table is not table:
        raise Refused(f"The table {table.fullname!r} is not open to actions. Take tables from `tables[…]`.")
    if info.filtered:
        raise Refused(hidden_rows(info.name))
    return info


def _column(node: Any, schema: Schema) -> None:
    table = node.table
    if isinstance(table, selectable.Alias):
        table = table.element
    if isinstance(table, sa.Table):
        if node.name in _allowed(table, schema).hidden:
            raise Refused(f"{table.fullname}.{node.name} is hidden: actions and looks neither read nor write it.")
    elif not isinstance(table, selectable.Subquery):
        raise Refused(f"The column {node.name!r} belongs to no table that is open to actions.")


def _own_column(node: Any, info: TableInfo) -> None:
    if isinstance(node, elements.ColumnClause) and node.table is not info.table:
        raise Refused(f"The statement changes {info.name} but reads another table. One table at a time.")


def _written_columns(statement: Change, schema: Schema, info: TableInfo) -> None:
    names = set(written(statement))
    if hidden := names & info.hidden:
        raise Refused(f"{info.name}.{min(hidden)} is hidden: actions and looks neither read nor write it.")
    if unknown := names - set(info.columns):
        raise Refused(f"{info.name} has no column {min(unknown)!r}.")
    if computed := [name for name in names if info.columns[name].generated]:
        raise Refused(
            f"{info.name}.{min(computed)} is computed by the database. Set the columns that it is computed from."
        )
    if numbered := [name for name in names if info.columns[name].identity]:
        raise Refused(
            f"{info.name}.{min(numbered)} is numbered by the database itself (GENERATED ALWAYS): nobody else writes it. Leave it out."
        )
    if isinstance(statement, sa.Insert):
        return
    pointed = {name for key in schema.references(info.name) for name in key.parent_columns}
    if fixed := names & (pointed | set(info.key)):
        raise Refused(
            f"{info.name}.{min(fixed)} is what other rows and this engine find a row by. An action does not change it."
        )


def _bounded(statement: Change, info: TableInfo, max_rows: int | None) -> None:
    conditions = criteria(statement)
    pinned = {column for part in conditions for column, _ in _conjuncts(part)}
    if max_rows is None and not set(info.key) <= pinned:
        key = ", ".join(info.key)
        raise Refused(
            f"The statement does not say which rows: its WHERE must name rows of {info.name} by {key}, or the action declares max_rows."
        )
    if not any(isinstance(node, sa.Column) for part in conditions for node in visitors.iterate(part)):
        raise Refused(f"The statement would touch every row of {info.name}: its WHERE names no column.")


def pinned(statement: Change) -> dict[str, list[Any]]:
    """Column -> the values that the WHERE names for it."""
    found: dict[str, list[Any]] = {}
    for part in criteria(statement):
        for column, value in _pins(part):
            found.setdefault(column, []).extend(value)
    return found


def named(statement: Change, info: TableInfo) -> int:
    """How many rows the WHERE names by their key."""
    pinned = [pair for part in criteria(statement) for pair in _conjuncts(part)]
    return prod(min((count for column, count in pinned if column == name), default=0) for name in info.key)


def _conjuncts(part: Any) -> list[tuple[str, int]]:
    """Columns that the condition pins to given values in every case, and to how many."""
    return [(column, len(values)) for column, values in _pins(part)]


def _pins(part: Any) -> list[tuple[str, tuple[Any, ...]]]:
    if isinstance(part, elements.Grouping):
        return _pins(part.element)
    if isinstance(part, elements.BooleanClauseList) and part.operator is operators.and_:
        return [pair for clause in part.clauses for pair in _pins(clause)]
    pins = isinstance(part, elements.BinaryExpression) and part.operator in (operators.eq, operators.in_op)
    value = handed(part.right) if pins and isinstance(part.left, sa.Column) else None
    if value is None:
        return []
    return [(part.left.name, tuple(value.value or ()) if part.operator is operators.in_op else (value.value,))]


def _foreign(kind: type) -> bool:
    """Defined outside SQLAlchemy, so that it could compile to anything."""
    return kind is not type(None) and not kind.__module__.startswith("sqlalchemy.")


def _brief(node: Any) -> str:
    return str(node)[:60]

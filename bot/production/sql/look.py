"""Runs a look's query and makes its rows text."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.production.action import Cell, FixThis, Look, Table
from bot.production.sql.guard import guard_look
from bot.production.sql.image import shown
from bot.production.sql.schema import Schema
from bot.production.sql.values import PLAIN, TEXT, Spec


async def read_look(conn: AsyncConnection, schema: Schema, look: Look) -> Table:
    """At most `row_limit` rows. Raises Refused for what a look may not read."""
    query = look.query(schema.for_actions())
    guard_look(query, schema)
    limit = type(look).row_limit
    bounded = query if query._limit_clause is not None else query.limit(limit + 1)  # noqa: SLF001 - no public reader
    result = await conn.execute(_as_printed(bounded, schema.dialect.name))
    columns = tuple(result.keys())
    rows = [tuple(map(shown, row)) for row in result.fetchmany(limit + 1)]
    return Table(
        look=type(look).slug,
        columns=columns,
        rows=tuple(rows[:limit]),
        offers=tuple(_offers(look, dict(zip(columns, row, strict=True))) for row in rows[:limit]),
        more=len(rows) > limit,
    )


def _as_printed(query: Any, database: str) -> sa.Select[Any]:
    """Every cell as the database prints it, so that it can be typed again; what no type of Python holds is read too."""
    rows = query.subquery()
    return sa.select(*(_printed(column, database).label(column.name) for column in rows.c))


def _printed(column: sa.ColumnElement[Any], database: str) -> sa.ColumnElement[Any]:
    if database == "postgresql":
        return sa.cast(column, TEXT)
    if database == "sqlite" or isinstance(column.type, sa.LargeBinary | sa.BINARY | sa.VARBINARY):
        return sa.type_coerce(column, PLAIN)
    if isinstance(column.type, Spec):  # bits
        return sa.func.concat("b'", sa.func.bin(column), "'", type_=PLAIN)
    return sa.type_coerce(sa.cast(column, mysql.CHAR()), PLAIN)


def _offers(look: Look, row: Mapping[str, Any]) -> tuple[Cell, ...]:
    return tuple(
        _filled(fix, row) for fix in type(look).fixes if all(row.get(c) is not None for c in fix.fills.values())
    )


def _filled(fix: FixThis, row: Mapping[str, Any]) -> Cell:
    return Cell(action=fix.action, params={**fix.sets, **{name: row[column] for name, column in fix.fills.items()}})

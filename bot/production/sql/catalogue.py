"""Reads a database's catalogue for every preview and run, so that a trigger or a cascade added a minute ago counts."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.production.sql import catalogue_postgres, catalogue_sqlite, kept
from bot.production.sql.facts import Apart, Check, Facts, UniqueKey, columns_of, foreign_keys_of, relations_of
from bot.production.sql.names import short

_MY_COLUMNS = """
SELECT IF(table_schema = DATABASE(), table_name, CONCAT(table_schema, '.', table_name)), column_name, column_type,
  COALESCE(generation_expression, '') <> '', generation_expression, FALSE, LOWER(extra) LIKE '%on update current_timestamp%',
  CONCAT_WS(' ', column_type, character_set_name)
FROM information_schema.columns WHERE table_name IN :names ORDER BY 1, ordinal_position"""
_MY_NAMES = """
SELECT table_schema, table_name, IF(table_schema = DATABASE(), table_name, CONCAT(table_schema, '.', table_name)),
  CASE table_type WHEN 'BASE TABLE' THEN 'table' WHEN 'SYSTEM VERSIONED' THEN 'table' ELSE LOWER(table_type) END
FROM information_schema.tables WHERE table_name IN :names ORDER BY 1, 2"""
_MY_KEYS = """
SELECT IF(k.table_schema = DATABASE(), k.table_name, CONCAT(k.table_schema, '.', k.table_name)), k.column_name,
  IF(k.referenced_table_schema = DATABASE(), k.referenced_table_name, CONCAT(k.referenced_table_schema, '.', k.referenced_table_name)),
  k.referenced_column_name, CONCAT(k.table_schema, '.', k.table_name, '.', k.constraint_name), r.delete_rule
FROM information_schema.key_column_usage k JOIN information_schema.referential_constraints r
  ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name AND r.table_name = k.table_name
WHERE k.referenced_table_name IN :names OR (k.table_name IN :names AND k.referenced_table_name IS NOT NULL)
ORDER BY k.constraint_schema, k.constraint_name, 5, k.ordinal_position"""
"""In the order in which the database follows them: by their names."""
_MY_TRIGGERS = """
SELECT IF(event_object_schema = DATABASE(), event_object_table, CONCAT(event_object_schema, '.', event_object_table)), trigger_name,
  event_manipulation, action_timing, action_statement
FROM information_schema.triggers WHERE event_object_table IN :names ORDER BY 1, 2"""
_MY_ENGINES = """
SELECT IF(table_schema = DATABASE(), table_name, CONCAT(table_schema, '.', table_name))
FROM information_schema.tables WHERE table_name IN :names AND engine <> 'InnoDB' ORDER BY 1"""
_MY_UNIQUES = """
SELECT IF(table_schema = DATABASE(), table_name, CONCAT(table_schema, '.', table_name)), index_name, column_name, sub_part
FROM information_schema.statistics WHERE table_name IN :names AND NOT non_unique ORDER BY 1, 2, seq_in_index"""
_MARIA_CHECKS = """
SELECT IF(constraint_schema = DATABASE(), table_name, CONCAT(constraint_schema, '.', table_name)), check_clause
FROM information_schema.check_constraints WHERE table_name IN :names ORDER BY 1, 2"""
_MY_CHECKS = """
SELECT IF(table_schema = DATABASE(), table_name, CONCAT(table_schema, '.', table_name)), ''
FROM information_schema.table_constraints WHERE constraint_type = 'CHECK' AND table_name IN :names ORDER BY 1"""
"""MySQL has no switch that lets rows past its checks."""
_GRANT = re.compile(r"GRANT (?P<rights>.+) ON (?P<where>\*|`[^`]*`)\.\* TO ")


async def open_postgres(conn: AsyncConnection, first: str, values: Mapping[str, Any]) -> str:
    """A mark of the catalogue as it is: the same as before means the same facts. `first` is evaluated in the same statement."""
    return str((await conn.execute(_opening(first), dict(values))).one().mark)


async def read_postgres(conn: AsyncConnection, tables: Sequence[str]) -> Facts:
    found = await conn.scalar(_CATALOGUE, {"names": _short(tables)})
    return catalogue_postgres.read(str(found))


async def mark_of_sqlite(conn: AsyncConnection) -> str:
    """All that the catalogue says, as it was written."""
    rows = await _rows(conn, sa.text("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY rowid"))
    return repr([tuple(row) for row in rows])


async def read_facts(conn: AsyncConnection, tables: Sequence[str]) -> Facts:
    """The facts of these tables ("menus", "billing.invoices") and of what refers to them, on SQLite and MySQL."""
    if conn.dialect.name == "sqlite":
        return catalogue_sqlite.read([await _rows(conn, sa.text(query)) for query in catalogue_sqlite.QUERIES])
    checks_of = _MARIA_CHECKS if getattr(conn.dialect, "is_mariadb", False) else _MY_CHECKS
    named = [
        sa.text(q).bindparams(sa.bindparam("names", _short(tables), expanding=True))
        for q in (_MY_COLUMNS, _MY_NAMES, _MY_KEYS, _MY_TRIGGERS, _MY_ENGINES, _MY_UNIQUES, checks_of)
    ]
    columns, names, keys, triggers, engines, uniques, checks = [await _rows(conn, query) for query in named]
    rules = tuple(Check(table=table, clause=clause) for table, clause in checks if clause)
    return Facts(
        columns=columns_of(_json(columns, checks)),
        relations=relations_of(names),
        foreign_keys=foreign_keys_of(keys),
        triggers=tuple(kept.of_mysql(*row) for row in triggers),
        uniques=tuple(_uniques(uniques)),
        aparts=tuple(_beginnings(uniques)),
        checks=rules,
        rules=rules,
        ruled=tuple(dict.fromkeys(str(table) for table, _ in checks)),
        untransactional=tuple(str(name) for (name,) in engines),
        blind=await _blind(conn),
    )


def _json(columns: Sequence[Any], checks: Sequence[Any]) -> list[tuple[Any, ...]]:
    """MariaDB's JSON is a text with a check of its own."""
    told = {(table, str(clause).replace(" ", "")) for table, clause in checks}
    return [(*row[:7], "json" if (row[0], f"json_valid(`{row[1]}`)") in told else row[7]) for row in columns]


def _indexes(rows: Sequence[Any]) -> list[list[Any]]:
    return [list(group) for _, group in groupby(rows, key=lambda row: (row[0], row[1]))]


def _beginnings(rows: Sequence[Any]) -> Iterator[Apart]:
    """Unique indexes that hold the first letters of a column."""
    for index in _indexes(rows):
        if any(part for *_, part in index) and all(column for _, _, column, _ in index):
            parts = tuple((f"LEFT(`{column}`, {part})" if part else f"`{column}`", "=") for _, _, column, part in index)
            yield Apart(table=index[0][0], parts=parts, predicate="", unique=True)


def _uniques(rows: Sequence[Any]) -> list[UniqueKey]:
    """Without those that hold an expression or only the first letters of a column."""
    indexes = _indexes(rows)
    whole = [rows for rows in indexes if all(column and not part for _, _, column, part in rows)]
    return [UniqueKey(table=rows[0][0], columns=tuple(row[2] for row in rows)) for rows in whole]


@lru_cache(maxsize=4)
def _opening(first: str) -> sa.TextClause:
    """Made once: SQLAlchemy looks for its parameters each time that it is made."""
    return sa.text(f"SELECT {first}, {catalogue_postgres.MARK}")


_CATALOGUE = sa.text(f"SELECT {catalogue_postgres.CATALOGUE}")


async def _blind(conn: AsyncConnection) -> str:
    """MySQL shows triggers and foreign keys only of tables on which the user has rights."""
    home = str(await conn.scalar(sa.text("SELECT DATABASE()")))
    rights = ", ".join(_rights(home, str(line)) for (line,) in await _rows(conn, sa.text("SHOW GRANTS")))
    if "ALL PRIVILEGES" in rights or all(re.search(rf"\b{right}\b", rights) for right in ("SELECT", "TRIGGER")):
        return ""
    return (
        f"The database user may not see all foreign keys and triggers of {home}, so nobody can say what else would change. "
        f"Whoever keeps the database runs GRANT SELECT, TRIGGER ON {home}.* for it."
    )


def _rights(home: str, line: str) -> str:
    found = _GRANT.match(line)
    known = found is not None and found["where"].replace("\\", "").strip("`") in ("*", home)
    return found["rights"] if found is not None and known else ""


def _short(tables: Sequence[str]) -> list[str]:
    return [short(name) for name in tables]


async def _rows(conn: AsyncConnection, query: sa.TextClause) -> Sequence[Any]:
    return (await conn.execute(query)).all()

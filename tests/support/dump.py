"""Everything that a database holds, read by a plain driver: a witness that shares no code with the engine.

A row is its table and each of its columns as text. PostgreSQL's table is the one that stores the row, so a partition or a child.
"""

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.support import mariadb

Row = tuple[str, tuple[tuple[str, str | None], ...]]
Dump = Counter[Row]

_PG_TABLES = """
SELECT n.nspname, c.relname, array_agg(a.attname ORDER BY a.attname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_temp%'
GROUP BY 1, 2"""
_WHOLE = """CASE WHEN @ IS NULL THEN NULL WHEN typeof(@) = 'text' AND instr(@, char(0))
THEN '''' || replace(@, '''', '''''') || '''' ELSE quote(@) END"""
"""quote() ends where a text of SQLite holds a zero."""
_MY_TABLES = """
SELECT c.table_name, GROUP_CONCAT(c.column_name ORDER BY c.column_name SEPARATOR '\n'), GROUP_CONCAT(
  IF(c.data_type IN ('binary', 'varbinary', 'blob', 'bit'), 'HEX', 'CONCAT') ORDER BY c.column_name SEPARATOR '\n')
FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
WHERE c.table_schema = %s AND t.table_schema = %s AND t.table_type = 'BASE TABLE' GROUP BY 1"""


def of_postgres(url: str) -> Dump:
    """As a superuser, from whom no policy hides a row."""
    with psycopg.connect(url, options="-c timezone=UTC") as conn:
        return within_postgres(conn)


def within_postgres(conn: psycopg.Connection) -> Dump:
    """As its transaction sees it."""
    found = Dump()
    for schema, table, columns in conn.execute(_PG_TABLES).fetchall():
        cells = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(c)) for c in columns)
        query = sql.SQL("SELECT {} FROM ONLY {}").format(cells, sql.Identifier(schema, table))
        name = table if schema == "public" else f"{schema}.{table}"
        found.update(_row(name, columns, row) for row in conn.execute(query))
    return found


def of_mariadb(port: int, database: str) -> Dump:
    with mariadb.connected(port) as conn:
        return within_mariadb(conn, database)


def within_mariadb(conn: Any, database: str) -> Dump:
    with conn.cursor() as cursor:
        cursor.execute(_MY_TABLES, (database, database))
        found = Dump()
        for table, names, reads in cursor.fetchall():
            columns = names.split("\n")
            named = zip((c.replace("`", "``").replace("%", "%%") for c in columns), reads.split("\n"), strict=True)
            cells = ", ".join(f"{read}(`{name}`)" for name, read in named)
            cursor.execute(f"SELECT {cells} FROM `{database}`.`{table}`", ())
            found.update(_row(table, columns, row) for row in cursor.fetchall())
        return found


def of_sqlite(path: Path) -> Dump:
    with closing(sqlite3.connect(path)) as conn:
        return within_sqlite(conn)


def within_sqlite(conn: sqlite3.Connection) -> Dump:
    """A value of another storage class is another value: each is written as SQL writes it."""
    found = Dump()
    names = conn.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    for (table,) in names.fetchall():
        columns = sorted(c for (c,) in conn.execute("SELECT name FROM pragma_table_xinfo(?)", (table,)))
        quoted = [name.replace('"', '""') for name in columns]
        cells = ", ".join(_WHOLE.replace("@", f'"{c}"') for c in quoted)
        query = 'SELECT {} FROM "{}"'.format(cells, table.replace('"', '""'))
        found.update(_row(table, columns, [_spelt(value) for value in row]) for row in conn.execute(query))
    return found


def _spelt(value: str | None) -> str | None:
    return value.replace("\0", "'||X'00'||'") if value else value


def _row(table: str, columns: list[str], row: Sequence[Any]) -> Row:
    return table, tuple((c, _text(value)) for c, value in zip(columns, row, strict=True))


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return None if value is None else str(value)


def values(row: Row) -> Mapping[str, str | None]:
    return dict(row[1])

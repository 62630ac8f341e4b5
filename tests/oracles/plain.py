"""Transactions by plain drivers, as the owner, for what plain SQL can do and undo. `keep`: it is committed at the end."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import psycopg
import pymysql

from tests.oracles.raw import Plain, as_it_is, backslashed, of_hexadecimal, quoted
from tests.support import dump

_PG = """
SELECT n.nspname, c.relname, a.attname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_temp%'"""
_MY = """
SELECT table_name, column_name, data_type FROM information_schema.columns
WHERE table_schema = DATABASE() AND COALESCE(generation_expression, '') = ''"""
_LITE = """
SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_xinfo(m.name) c
WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND c.hidden = 0"""
Ways = dict[str, dict[str, Callable[[str], str]]]


@contextmanager
def of_postgres(url: str, *, keep: bool) -> Iterator[Plain]:
    # closed where the database refuses the COMMIT, too
    with closing(psycopg.connect(url, options="-c timezone=UTC")) as conn, conn:
        ways, names = Ways(), {}
        for schema, table, column in conn.execute(_PG).fetchall():
            name = table if schema == "public" else f"{schema}.{table}"
            names[name] = ".".join('"' + part.replace('"', '""') + '"' for part in (schema, table))
            ways.setdefault(name, {})[column] = quoted

        def run(statement: str) -> None:
            with conn.transaction():
                conn.execute(statement.encode())

        dumped = partial(dump.within_postgres, conn)
        yield Plain(run=run, dump=dumped, names=names, writes=ways, over=" OVERRIDING SYSTEM VALUE")
        if not keep:
            conn.rollback()


@contextmanager
def of_mariadb(port: int, database: str, *, keep: bool) -> Iterator[Plain]:
    with closing(
        pymysql.connect(host="127.0.0.1", port=port, user="root", password="", database=database, ssl_disabled=True)
    ) as conn:
        cursor, ways = conn.cursor(), Ways()
        cursor.execute("SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO'")
        cursor.execute(_MY)
        binary = ("binary", "varbinary", "blob", "bit")
        for table, column, kind in cursor.fetchall():
            ways.setdefault(table, {})[column] = of_hexadecimal if kind in binary else backslashed

        def run(statement: str) -> None:
            cursor.execute("SAVEPOINT s")
            try:
                cursor.execute(statement)
            except pymysql.Error:
                cursor.execute("ROLLBACK TO SAVEPOINT s")
                raise

        named = {t: f"`{t.replace('`', '``')}`" for t in ways}
        yield Plain(run=run, dump=partial(dump.within_mariadb, conn, database), names=named, writes=ways, mark="`")
        if keep:
            conn.commit()


@contextmanager
def of_sqlite(path: Path, *, keep: bool) -> Iterator[Plain]:
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.execute("PRAGMA foreign_keys = ON")
        ways = Ways()
        for table, column in conn.execute(_LITE).fetchall():
            ways.setdefault(table, {})[column] = as_it_is
        conn.execute("BEGIN")

        def run(statement: str) -> None:
            conn.execute("SAVEPOINT s")
            try:
                conn.execute(statement)
            except sqlite3.Error:
                if conn.in_transaction:
                    conn.execute("ROLLBACK TO s")
                raise

        names = {t: '"' + t.replace('"', '""') + '"' for t in ways}
        yield Plain(run=run, dump=partial(dump.within_sqlite, conn), names=names, writes=ways)
        conn.execute("COMMIT" if keep else "ROLLBACK")

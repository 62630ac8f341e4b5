"""The databases' own logs of changes: a witness that shares no code with the engine, nor with the dump.

Each says which rows came and which went, as the dump writes them.
"""

import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from math import isfinite
from pathlib import Path

import apsw
import psycopg
from psycopg import sql

from tests.support.dump import Dump, Row

Log = tuple[Dump, Dump]
"""(came, went), each row net: what came and went again is in neither."""
Agrees = Callable[[Dump, Dump], None]
"""Raises AssertionError where the log since the last time says something else than two dumps."""

_SLOT = "oracle"
_LINE = re.compile(
    r"table (?P<schema>\w+|\"(?:[^\"]|\"\")+\")\.(?P<table>\w+|\"(?:[^\"]|\"\")+\"): (?P<op>INSERT|UPDATE|DELETE): (?P<rest>.*)",
    re.DOTALL,
)
_CELL = re.compile(
    r"(?P<name>\"(?:[^\"]|\"\")+\"|\w+)\[(?P<type>(?:[^\[\]]|\[\])+)\]:(?P<value>null|B'[01]*'|'(?:[^']|'')*'|[^\s']+)"
)
_STORED = """
SELECT c.relname, n.nspname, array_agg(a.attname ORDER BY a.attname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> 'v'
WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_temp%' GROUP BY 1, 2"""


@contextmanager
def of_postgres(url: str) -> Iterator[Agrees]:
    """By a slot of test_decoding, which decodes what was committed from PostgreSQL's log."""
    with psycopg.connect(url, autocommit=True) as conn:
        stored = {(schema, table): names for table, schema, names in conn.execute(_STORED)}
        for schema, table in stored:
            name = sql.Identifier(schema, table)
            conn.execute(sql.SQL("ALTER TABLE {} REPLICA IDENTITY FULL").format(name))
        conn.execute("SET synchronous_commit = on")
        slot = f"{_SLOT}_{conn.info.dbname}"
        conn.execute("SELECT pg_create_logical_replication_slot(%s, 'test_decoding')", (slot,))
        try:
            known = {
                table if schema == "public" else f"{schema}.{table}": set(c) for (schema, table), c in stored.items()
            }
            yield lambda first, second: _same(net(_decoded(conn, slot, stored)), known, first, second)
        finally:
            conn.execute("SELECT pg_drop_replication_slot(%s)", (slot,))


def _same(log: Log, known: Mapping[str, set[str]], first: Dump, second: Dump) -> None:
    """Without virtual generated columns, which no log holds."""
    before, after = _projected(first, known), _projected(second, known)
    came, went = log
    assert came == after - before, f"by the database's own log came {came}, by the dumps {after - before}"
    assert went == before - after, f"by the database's own log went {went}, by the dumps {before - after}"


def _projected(dump: Dump, known: Mapping[str, set[str]]) -> Dump:
    found = Dump()
    for (table, cells), count in dump.items():
        if table in known:
            found[table, tuple(cell for cell in cells if cell[0] in known[table])] += count
    return found


def _decoded(
    conn: psycopg.Connection, slot: str, stored: dict[tuple[str, str], list[str]]
) -> Iterator[tuple[int, Row]]:
    conn.execute(
        "SELECT pg_logical_emit_message(true, 'oracle', '')"
    )  # its commit waits for the log, others before it too
    for (line,) in conn.execute("SELECT data FROM pg_logical_slot_get_changes(%s, NULL, NULL)", (slot,)).fetchall():
        if not (found := _LINE.fullmatch(line)):
            continue
        schema, table = _bare(found["schema"]), _bare(found["table"])
        name, columns = table if schema == "public" else f"{schema}.{table}", stored[schema, table]
        old, _, new = (
            found["rest"].rpartition("new-tuple: ") if "old-key: " in found["rest"] else ("", "", found["rest"])
        )
        if found["op"] == "UPDATE":
            yield -1, _row(name, columns, old or new)
            yield 1, _row(name, columns, new)
        else:
            yield (1 if found["op"] == "INSERT" else -1), _row(name, columns, found["rest"])


def _row(table: str, columns: list[str], text: str) -> Row:
    told = {_bare(cell["name"]): _value(cell["value"], cell["type"]) for cell in _CELL.finditer(text)}
    return table, tuple((name, told.get(name)) for name in columns)


def _bare(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _value(text: str, kind: str) -> str | None:
    if text == "null":
        return None
    if kind == "inet" and "/" not in text:  # its cast to a text, which a dump holds, always names the net
        text = f"{text[:-1]}/{128 if ':' in text else 32}'"
    if kind == "character":  # PostgreSQL's own text of it ends before the blanks that fill it up
        text = re.sub(r" +'$", "'", text)
    return (
        text.removeprefix("B").strip("'")
        if text.startswith("B'")
        else text[1:-1].replace("''", "'")
        if text[0] == "'"
        else text
    )


def net(changes: Iterator[tuple[int, Row]]) -> Log:
    total: Counter[Row] = Counter()
    for count, row in changes:
        total[row] += count
    return Counter({row: n for row, n in total.items() if n > 0}), Counter(
        {row: -n for row, n in total.items() if n < 0}
    )


@contextmanager
def of_sqlite(path: Path) -> Iterator[Agrees]:
    """By SQLite's session extension, which tells a database from the one that it was. Tables without a key are not seen by it."""
    before = path.with_suffix(".before")

    def agrees(first: Dump, second: Dump) -> None:
        with closing(apsw.Connection(str(path))) as conn:
            conn.execute("ATTACH ? AS was", (str(before),))
            _same(net(_differing(conn)), _keyed(conn), first, second)
        shutil.copyfile(path, before)

    shutil.copyfile(path, before)
    yield agrees


def _keyed(conn: apsw.Connection) -> dict[str, set[str]]:
    """The tables that the session extension sees, with their columns."""
    query = (
        "SELECT m.name, c.name, c.pk FROM main.sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
    )
    rows = list(conn.execute(query))
    whole = (
        "SELECT m.name FROM main.sqlite_master m JOIN pragma_table_xinfo(m.name) c WHERE m.type = 'table' AND c.hidden"
    )
    keys = {table for table, _, pk in rows if pk} - {name for (name,) in conn.execute(whole)}
    return {table: {name for t, name, _ in rows if t == table} for table in keys}


def _differing(conn: apsw.Connection) -> Iterator[tuple[int, Row]]:
    tables = [name for name in _keyed(conn) if not name.startswith("sqlite_")]
    with closing(apsw.Session(conn, "main")) as session:
        for table in tables:
            session.attach(table)
            session.diff("was", table)
        changes = session.changeset()
    for change in apsw.Changeset.iter(changes):
        shape = list(conn.execute("SELECT name, pk FROM pragma_table_info(?)", (change.name,)))
        columns = [name for name, _ in shape]
        kept = _before(conn, change, shape) if change.op == "UPDATE" else ()
        if change.old is not None:
            yield -1, (change.name, _told(columns, change.old, kept))
        if change.new is not None:
            yield 1, (change.name, _told(columns, change.new, kept))


def _before(conn: apsw.Connection, change: apsw.TableChange, shape: list[tuple[str, int]]) -> tuple[object, ...]:
    key = {name: (change.old or ())[n] for n, (name, pk) in enumerate(shape) if pk}
    same = " AND ".join(f"{_named(name)} IS ?" for name in key)
    return next(iter(conn.execute(f"SELECT * FROM was.{_named(change.name)} WHERE {same}", tuple(key.values()))))


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _told(
    columns: list[str], values: tuple[object, ...], kept: tuple[object, ...]
) -> tuple[tuple[str, str | None], ...]:
    """An update leaves out what it left alone."""
    whole = [kept[n] if value is apsw.no_change else value for n, value in enumerate(values)]
    return tuple(
        sorted((name, None if value is None else _quoted(value)) for name, value in zip(columns, whole, strict=True))
    )


def _quoted(value: object) -> str:
    if isinstance(value, float) and isfinite(value):  # another release of SQLite prints it otherwise: 1e+300, 1.0e+300
        with closing(sqlite3.connect(":memory:")) as conn:
            return str(conn.execute("SELECT quote(?)", (value,)).fetchone()[0])
    return str(apsw.format_sql_value(value)).replace("9e999", "Inf")

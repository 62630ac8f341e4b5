"""A typed value is what the database itself would read in that text for that column, and is shown as the database prints it."""

import asyncio
import ctypes
import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pymysql
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql
from pymysql.converters import escape_string

from bot import shipped
from bot.bug.errors import MakegoodError
from bot.production.catalogue.catalogue import Catalogue
from bot.production.engine import Engine
from bot.production.targets import SqlTarget
from tests.oracles import typed
from tests.oracles.judge import NOT_FOR_PEOPLE
from tests.parts.production_sql.shop import Follower, run_ref
from tests.support import mariadb, postgres

ENGINES, PLAIN = 1, 2
"""The row that the engine sets, and the one that a plain connection sets."""


@dataclass(frozen=True, kw_only=True)
class Bench:
    """One table with a column v of some type, by the engine's way in and by a plain one."""

    url: str
    takes: Callable[[str], bool]
    """Sets the plain row to this literal; False: the database does not take it."""
    literal: Callable[[str], str]
    cell: Callable[[int], str | None]
    """As the database prints it."""

    def engine(self) -> Engine:
        target = SqlTarget.model_validate({"name": "shop", "url": self.url, "tables": {"things": "id"}})
        return Engine(Catalogue.load((shipped.ACTIONS,)), {"shop": target})


async def _sets(bench: Bench, engine: Engine, text: str) -> tuple[str | None, str]:
    """What was shown as the new value, and why it was refused."""
    values = {"table": "things", "id": str(ENGINES), "column": "v", "value": text}
    before = bench.cell(ENGINES)
    try:
        preview = await engine.preview("set-column", values, run_ref())
    except MakegoodError as error:
        assert bench.cell(ENGINES) == before
        return None, str(error)
    outcome = await engine.run("set-column", values, preview, run_ref(), Follower())
    assert outcome.state == "succeeded", f"{text!r} was previewed, and then: {outcome}"
    [row] = preview.rows
    assert row.before is not None
    assert _same(row.before["v"], before), f"before {text!r} it held {before!r}, shown was {row.before['v']!r}"
    back = await engine.undo_preview("set-column", values, outcome.image, run_ref(4))
    undone = await engine.undo("set-column", values, outcome.image, back, run_ref(4), Follower())
    assert (undone.state, bench.cell(ENGINES)) == ("succeeded", before), undone
    await engine.run(
        "set-column", values, await engine.preview("set-column", values, run_ref(5)), run_ref(5), Follower()
    )
    assert row.after is not None
    return row.after["v"], ""


def _same(shown: str | None, held: str | None) -> bool:
    return shown == held


async def _judged(
    bench: Bench, engine: Engine, text: str, literal: str = "", *, takes: bool | None = None, stricter: bool = False
) -> bool:
    """Whether it was set; raises AssertionError where that is not what the database itself does.

    `stricter`: a text that the database takes may be refused all the same, as SQLite takes anything.
    """
    taken = bench.takes(literal or bench.literal(text)) if takes is None else takes
    shown, why = await _sets(bench, engine, text)
    if why:
        assert not NOT_FOR_PEOPLE.search(why), why
        if "as wanted already" in why:
            assert bench.cell(ENGINES) == bench.cell(PLAIN)
            return True
        assert stricter or not taken, f"{text!r} became {bench.cell(PLAIN)!r} in the database, and was refused: {why}"
        return False
    assert taken, f"the database does not take {text!r}, and yet {shown!r}"
    assert bench.cell(ENGINES) == bench.cell(PLAIN), f"{text!r}"
    assert _same(shown, bench.cell(PLAIN)), f"{text!r} became {bench.cell(PLAIN)!r}, shown was {shown!r}"
    return True


def _all(bench: Bench, texts: list[tuple[str, str]]) -> int:
    async def run() -> int:
        engine = bench.engine()
        try:
            return sum([await _judged(bench, engine, text, literal) for text, literal in texts])
        finally:
            await engine.close()

    return asyncio.run(run())


@contextmanager
def on_postgres(server: Path, kind: str, driver: str) -> Iterator[Bench]:
    with postgres.database(server) as name, psycopg.connect(postgres.url(server, name), autocommit=True) as conn:
        conn.execute("SET timezone = UTC")
        conn.execute(typed.POSTGRES_BEFORE)
        conn.execute(f"CREATE TABLE things (id int PRIMARY KEY, v {kind}); INSERT INTO things VALUES (1), (2)".encode())

        def takes(literal: str) -> bool:
            try:
                conn.execute(f"UPDATE things SET v = {literal} WHERE id = {PLAIN}".encode())
            except psycopg.Error:
                return False
            return True

        def cell(row: int) -> str | None:
            found = conn.execute("SELECT v::text FROM things WHERE id = %s", (row,)).fetchone()
            return found[0] if found else "gone"

        yield Bench(
            url=postgres.url(server, name, driver),
            takes=takes,
            cell=cell,
            literal=lambda text: sql.Literal(text).as_string(conn),
        )


@pytest.mark.parametrize("driver", ["asyncpg", "psycopg"])
@pytest.mark.parametrize("kind", typed.POSTGRES)
def test_postgresql_reads_what_is_typed(kind: str, driver: str, postgres_server: Path) -> None:
    with on_postgres(postgres_server, kind, driver) as bench:
        assert _all(bench, [(text, "") for text in typed.POSTGRES[kind]]) or kind == "xml", (
            "a server may be built without xml"
        )


@contextmanager
def on_mariadb(port: int, kind: str) -> Iterator[Bench]:
    with mariadb.database(port) as name, mariadb.connected(port) as conn, conn.cursor() as cursor:
        mode = "SET SESSION sql_mode = 'STRICT_ALL_TABLES', time_zone = '+00:00'"
        mariadb.execute(
            conn, mode, "SET NAMES utf8mb4", f"USE {name}", f"CREATE TABLE things (id int PRIMARY KEY, v {kind})"
        )
        mariadb.execute(conn, "INSERT INTO things (id) VALUES (1), (2)")
        binary = kind.startswith(("binary", "varbinary", "blob"))
        bits = kind.startswith("bit")
        read = (
            "CONCAT('X''', LOWER(HEX(v)), '''')"
            if binary
            else "CONCAT('b''', BIN(v), '''')"
            if bits
            else "v + 0e0"
            if kind == "float"
            else "CONCAT(v)"
        )

        def takes(literal: str) -> bool:
            try:
                cursor.execute(f"UPDATE things SET v = {literal} WHERE id = {PLAIN}")
            except pymysql.Error:
                return False
            return True

        def cell(row: int) -> str | None:
            cursor.execute(f"SELECT {read} FROM things WHERE id = {row}")
            [(held,)] = cursor.fetchall()
            return _shortest(held) if isinstance(held, float) else held

        yield Bench(
            url=mariadb.url(port, name), takes=takes, cell=cell, literal=lambda text: f"'{escape_string(text)}'"
        )


def _shortest(number: float) -> str:
    """A float of four bytes, in as few digits as tell it apart."""
    texts = (f"{number:.{digits}g}" for digits in range(6, 18))
    return next(text for text in texts if ctypes.c_float(float(text)).value == number)


@pytest.mark.parametrize("kind", typed.MARIADB)
def test_mariadb_reads_what_is_typed(kind: str, mariadb_server: int) -> None:
    with on_mariadb(mariadb_server, kind) as bench:
        assert _all(bench, [(text, typed.MARIADB_LITERALS.get((kind, text), "")) for text in typed.MARIADB[kind]])


@contextmanager
def on_sqlite(path: Path, kind: str) -> Iterator[Bench]:
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.executescript(
            f"CREATE TABLE things (id INTEGER PRIMARY KEY, v {kind}); INSERT INTO things (id) VALUES (1), (2)"
        )

        def takes(literal: str) -> bool:
            conn.execute(f"UPDATE things SET v = {literal} WHERE id = {PLAIN}")
            return True

        def cell(row: int) -> str | None:
            [(kept, held)] = conn.execute(
                "SELECT typeof(v), CASE typeof(v) WHEN 'blob' THEN quote(v) ELSE v END FROM things WHERE id = ?", (row,)
            )
            return held.lower().replace("x'", "X'") if kept == "blob" else None if held is None else str(held)

        yield Bench(
            url=f"sqlite+aiosqlite:///{path}",
            takes=takes,
            cell=cell,
            literal=lambda text: "'" + text.replace("'", "''") + "'",
        )


@pytest.mark.parametrize("kind", typed.SQLITE)
def test_sqlite_reads_what_is_typed(kind: str, tmp_path: Path) -> None:
    with on_sqlite(tmp_path / "things.db", kind) as bench:
        assert _all(bench, [(text, typed.SQLITE_LITERALS.get((kind, text), "")) for text in typed.SQLITE[kind]])


@pytest.mark.parametrize("kind", typed.SQLITE_REFUSED)
def test_what_is_plainly_of_another_type_is_refused_on_sqlite(kind: str, tmp_path: Path) -> None:
    async def run(bench: Bench) -> None:
        engine = bench.engine()
        for text in typed.SQLITE_REFUSED[kind]:
            assert not await _judged(bench, engine, text, takes=False), text
        await engine.close()

    with on_sqlite(tmp_path / "things.db", kind) as bench:
        asyncio.run(run(bench))


SHARE = int(os.environ.get("MAKEGOOD_TEXTS", "8"))
"""How many drawn texts a type; more in a run of its own."""
_LETTERS = st.text(st.sampled_from(" \t0123456789.,-+eE:/'\"\\\\{}[]()<>%$xXabnulNaIinftyZäß“—\u00a0😀"), max_size=12)
_SHAPES = st.one_of(
    _LETTERS,
    st.integers(-(2**65), 2**65).map(str),
    st.floats().map(str),
    st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9).map(str),
    st.datetimes().map(str),
    st.dates().map(str),
    st.recursive(
        st.none() | st.booleans() | st.integers() | _LETTERS, lambda part: st.lists(part, max_size=3), max_leaves=4
    ).map(json.dumps),
    st.lists(st.integers(-9, 9), max_size=4).map(lambda numbers: "{" + ",".join(map(str, numbers)) + "}"),
)


def _drawn_hold(bench: Bench) -> None:
    """By one engine, which reads the schema once, as it does for the fixes of a team."""
    engine = bench.engine()
    with asyncio.Runner() as runner:

        @settings(
            max_examples=SHARE, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
        )
        @given(text=_SHAPES)
        def holds(text: str) -> None:
            runner.run(_judged(bench, engine, text, stricter=True))

        try:
            holds()
        finally:
            runner.run(engine.close())


@pytest.mark.parametrize(
    "kind", ["integer", "numeric(8,2)", "text", "varchar(3)", "jsonb", "integer[]", "timestamp", "bytea"]
)
def test_postgresql_reads_whatever_is_typed(kind: str, postgres_server: Path) -> None:
    with on_postgres(postgres_server, kind, "asyncpg") as bench:
        _drawn_hold(bench)


@pytest.mark.parametrize(
    "kind", ["int", "decimal(8,2)", "double", "float", "varchar(3)", "datetime", "date", "json", "varbinary(4)"]
)
def test_mariadb_reads_whatever_is_typed(kind: str, mariadb_server: int) -> None:
    with on_mariadb(mariadb_server, kind) as bench:
        _drawn_hold(bench)


@pytest.mark.parametrize("kind", ["INTEGER", "REAL", "NUMERIC", "TEXT", "JSON", "DATETIME", ""])
def test_sqlite_reads_whatever_is_typed(kind: str, tmp_path: Path) -> None:
    with on_sqlite(tmp_path / "things.db", kind) as bench:
        _drawn_hold(bench)

"""A fix on a database of 500 tables, and one of 1,000 rows: what the engine reads, and for how long it holds the rows."""

import time
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import create_async_engine

from bot.bug.errors import MakegoodError
from bot.production.action import RunRef
from bot.production.catalogue.catalogue import Catalogue
from bot.production.engine import Engine
from bot.production.targets import SqlTarget
from tests.bench.figure import Figure
from tests.bench.fix_figures import Watching, postgres, recorded

MANY, ROWS, ROUNDS = 500, 1_000, 5
FIRST, HELD = 0.3, 1.0
"""Seconds: until 500 tables were read for the first time; while 1,000 rows are locked, their undo rehearsed."""
_CATALOGUE = "json_build_array"
"""Stands in the one statement that reads PostgreSQL's catalogue."""
_SHOP = (
    "CREATE TABLE menus (id integer PRIMARY KEY, title text NOT NULL)",
    "CREATE TABLE menu_items (id integer PRIMARY KEY, menu_id integer REFERENCES menus (id) ON DELETE CASCADE, name text)",
    "CREATE INDEX ON menu_items (menu_id)",
    f"INSERT INTO menus SELECT n, 'Menu ' || n FROM generate_series(1, {ROUNDS + 1}) n",
    f"INSERT INTO menu_items SELECT n, 1 + (n - 1) / {ROWS - 1}, 'Item ' || n FROM generate_series(1, {(ROWS - 1) * (ROUNDS + 1)}) n",
    "ANALYZE",
)


async def large(home: Path, database: str = "") -> list[Figure]:
    """On PostgreSQL."""
    with postgres(home / "many", database) as url:
        many = await _many_tables(url)
    with postgres(home / "rows", database) as url:
        return [*many, await _many_rows(url)]


async def _many_tables(url: str) -> list[Figure]:
    await _made(url, [_table(number) for number in range(MANY)])
    warm, engine = _engine(url, ["t0"]), _engine(url, [f"t{number}" for number in range(MANY)])
    try:
        await _previewed(warm, "t0", 1)  # what is imported and compiled once
        small, _ = await _previewed(warm, "t0", 2)
        first, read = await _previewed(engine, f"t{MANY - 1}", 1)
        again = [await _previewed(engine, f"t{MANY - 1}", 2 + number) for number in range(ROUNDS)]
    finally:
        await warm.close()
        await engine.close()
    then = sorted(took for took, _ in again)[ROUNDS // 2]
    detail = f"[{read} reading of the catalogue; then {then * 1e3:.1f} ms; of one table, known already, {small * 1e3:.1f} ms]"
    more = sum(times for _, times in again)
    return [
        Figure(name=f"the first preview on {MANY} tables", value=first, limit=FIRST, unit="s", detail=detail),
        Figure(name="readings of a catalogue that did not change", value=more, limit=0, unit=f"in {ROUNDS} previews"),
    ]


async def _many_rows(url: str) -> Figure:
    await _made(url, _SHOP)
    engine = _engine(url, ["menus", "menu_items"], row_limit=ROWS)
    took, used = list[float](), list[float]()
    try:
        for number in range(1, ROUNDS + 2):
            values, run = {"table": "menus", "id": str(number)}, RunRef(bug="BUG-1", run=number, owner="U0B", salt="b")
            preview = await engine.preview("delete-row", values, run)
            began, work = time.perf_counter(), time.process_time()
            outcome = await engine.run("delete-row", values, preview, run, Watching())
            took.append(time.perf_counter() - began)
            used.append(time.process_time() - work)
            if outcome.state != "succeeded" or preview.count != ROWS:
                raise MakegoodError(f"{ROWS} rows were to go: {preview.count}, {outcome.summary}")
    finally:
        await engine.close()
    detail = f"[{sorted(used[1:])[ROUNDS // 2]:.2f} s of it our own computing]"
    middle = sorted(took[1:])[ROUNDS // 2]
    return Figure(name=f"a run of {ROWS} rows, its undo rehearsed", value=middle, limit=HELD, unit="s", detail=detail)


def _table(number: int) -> str:
    up = f", up integer REFERENCES t{number // 10} (id)" if number else ""
    return (
        f"CREATE TABLE t{number} (id integer PRIMARY KEY, name text UNIQUE, price numeric(10, 2) CHECK (price > 0){up})"
    )


async def _made(url: str, statements: list[str] | tuple[str, ...]) -> None:
    bare = create_async_engine(url)
    async with bare.begin() as conn:
        for statement in statements:
            await conn.exec_driver_sql(statement)
        if any(statement.startswith("CREATE TABLE t0") for statement in statements):
            for table in ("t0", f"t{MANY - 1}"):
                await conn.exec_driver_sql(f"INSERT INTO {table} (id, name, price) VALUES (1, 'a', 1)")
    await bare.dispose()


def _engine(url: str, tables: list[str], *, row_limit: int = 50) -> Engine:
    opened = dict.fromkeys(tables, ("id",))
    return Engine(
        Catalogue.load(), {"shop": SqlTarget(name="shop", url=SecretStr(url), tables=opened, row_limit=row_limit)}
    )


async def _previewed(engine: Engine, table: str, number: int) -> tuple[float, int]:
    """Seconds, and how often the catalogue was read."""
    run = RunRef(bug="BUG-1", run=number, owner="U0B", salt="b")
    with recorded() as sent:
        began = time.perf_counter()
        await engine.preview("set-column", {"table": table, "id": "1", "column": "name", "value": "b"}, run)
        took = time.perf_counter() - began
    return took, sum(_CATALOGUE in text for some in sent for text, _ in some)

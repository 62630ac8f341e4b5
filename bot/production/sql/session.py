"""Connections to a production database: short transactions with timeouts, named after the run that uses them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import asyncpg
import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.bug.errors import Doubtful, MakegoodError, Refused, Unavailable
from bot.production.action import RunRef
from bot.production.sql.catalogue import mark_of_sqlite, open_postgres, read_facts, read_postgres
from bot.production.sql.errors import reason, said_no
from bot.production.sql.facts import Facts
from bot.production.targets import SqlTarget

_MYSQL = ("mysql", "mariadb")
_PG_SETTINGS = """
set_config('application_name', :name, true), set_config('statement_timeout', :statement, true),
set_config('lock_timeout', :lock, true), set_config('idle_in_transaction_session_timeout', :idle, true),
set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO', true),
set_config('intervalstyle', 'postgres', true), set_config('bytea_output', 'hex', true),
set_config('extra_float_digits', '1', true), set_config('row_security', 'off', true)"""
"""Texts without loss; and a query of which a policy would hide rows fails, instead of showing less."""
_UNNAMED = {"statement_cache_size": 0, "prepared_statement_cache_size": 0, "prepared_statement_name_func": str}
"""No prepared statement has a name behind PgBouncer: the next transaction may get another server, which does not know it."""
_PG_RUN_LOCK = ", pg_advisory_xact_lock(hashtextextended(:name, 0))"
"""Held until the transaction has ended, whatever became of its connection: who gets it knows that the run is over."""
_MY_MODE = "STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
"""Nothing is cut to fit, and a key of 0 stays 0 when an undo brings its row back."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """One open transaction and what the database's catalogue said as it began."""

    conn: AsyncConnection
    facts: Facts


@dataclass(frozen=True, kw_only=True)
class Transaction(Session):
    """Leaving it without a commit rolls it back."""

    timeout: float

    async def bounded(self, work: Coroutine[Any, Any, None], cancelled: asyncio.Event) -> None:
        """Does it within the time that a statement has. A cancel reaches it in the middle; the connection is given up then."""
        task, cancel = asyncio.ensure_future(work), asyncio.ensure_future(cancelled.wait())
        try:
            await asyncio.wait((task, cancel), timeout=self.timeout, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            await self._give_up(task)
        finally:
            cancel.cancel()
            task.cancel()
        if cancelled.is_set():
            raise Refused("It was cancelled before it took effect.")
        raise TimeoutError

    async def _give_up(self, task: asyncio.Future[None]) -> None:
        """The server rolls back what has no connection any more."""
        await interrupt(self.conn)
        task.cancel()
        with suppress(asyncio.CancelledError, MakegoodError, SQLAlchemyError, OSError):
            await task
        await self.conn.invalidate()

    async def commit(self) -> None:
        """Raises Doubtful when the connection is lost here: only a look at the rows tells what happened."""
        try:
            async with asyncio.timeout(self.timeout):
                await self.conn.commit()
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            if said_no(error):
                raise
            await self.conn.invalidate()
            raise Doubtful("The connection to the database was lost while it was asked to commit.") from error


class TargetDatabase:
    """A target's connections: one engine for looks and previews, which can only read, one for runs."""

    def __init__(self, target: SqlTarget, *, read_url: SecretStr | None = None) -> None:
        """`read_url`: where it reads instead of where the settings say."""
        self.target = target
        self._read = _engine(target, read_url or target.read_url or target.url, read_only=True)
        self._write = _engine(target, target.url, read_only=False)
        self._seen: dict[AsyncEngine, tuple[str, Facts]] = {}
        """What each user's catalogue said last, with its mark."""

    @asynccontextmanager
    async def reading(self, name: str) -> AsyncIterator[Session]:
        """A read-only transaction that sees one moment."""
        async with self._open(self._read, name, run_lock=False) as session:
            yield session

    @asynccontextmanager
    async def writing(self, run: RunRef) -> AsyncIterator[Transaction]:
        """A transaction that holds the run's own lock: a second one of the same run waits until the first is over."""
        name = f"makegood {run}"
        async with self._open(self._write, name, run_lock=True) as session:
            conn = session.conn
            try:
                yield Transaction(conn=conn, facts=session.facts, timeout=self.target.statement_timeout)
            finally:
                if conn.dialect.name in _MYSQL and not conn.invalidated:
                    with suppress(SQLAlchemyError, OSError):  # its end frees the lock as well
                        await conn.execute(sa.text("SELECT RELEASE_LOCK(:name)"), {"name": name})

    async def close(self) -> None:
        for engine in (self._read, self._write):
            with suppress(TimeoutError):  # a server that does not even answer a goodbye
                async with asyncio.timeout(self.target.statement_timeout):
                    await engine.dispose()

    @asynccontextmanager
    async def _open(self, engine: AsyncEngine, name: str, *, run_lock: bool) -> AsyncIterator[Session]:
        async with AsyncExitStack() as stack:
            try:
                session = await self._begun(stack, engine, name, run_lock=run_lock)
            except (DBAPIError, OSError) as error:
                if not _gone(error):
                    raise
                await stack.aclose()
                await engine.dispose()  # the server was away, so no other pooled connection lives either
                session = await self._begun(stack, engine, name, run_lock=run_lock)
            yield session

    async def _begun(self, stack: AsyncExitStack, engine: AsyncEngine, name: str, *, run_lock: bool) -> Session:
        """The first statement also shows whether a pooled connection still lives."""
        conn = await stack.enter_async_context(self._connected(engine))
        await stack.enter_async_context(self._patient(conn))
        tables, waits = tuple(self.target.tables), self._waits()
        if conn.dialect.name == "postgresql":
            values = {key: f"{int(1000 * seconds)}ms" for key, seconds in waits.items()}
            first = _PG_SETTINGS + (_PG_RUN_LOCK if run_lock else "")
            mark = await open_postgres(conn, first, {**values, "idle": values["statement"], "name": name[:63]})
            return Session(conn=conn, facts=await self._known(engine, mark, lambda: read_postgres(conn, tables)))
        if conn.dialect.name in _MYSQL:
            await _prepare_mysql(conn, name, waits, run_lock=run_lock)
            return Session(conn=conn, facts=await read_facts(conn, tables))
        return Session(
            conn=conn, facts=await self._known(engine, await mark_of_sqlite(conn), lambda: read_facts(conn, tables))
        )

    async def _known(self, engine: AsyncEngine, mark: str, read: Callable[[], Awaitable[Facts]]) -> Facts:
        """Read anew only where the mark is another one. Facts may be newer than their mark, never older."""
        if engine not in self._seen or self._seen[engine][0] != mark:
            self._seen[engine] = (mark, await read())
        return self._seen[engine][1]

    def _waits(self) -> dict[str, float]:
        return {"statement": self.target.statement_timeout, "lock": self.target.lock_timeout}

    @asynccontextmanager
    async def _connected(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        _must_be_there(self.target, engine.url)
        try:
            async with asyncio.timeout(self.target.statement_timeout):
                conn = await engine.connect()
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            raise Unavailable(f"{self.target.name} can't be reached: {reason(error)}. Nothing was changed.") from error
        try:
            yield conn
        finally:
            # a cancelled run must still roll back: locks on production may not outlive whoever wanted them
            await asyncio.shield(conn.close())

    @asynccontextmanager
    async def _patient(self, conn: AsyncConnection) -> AsyncIterator[None]:
        """A bound on the whole, for servers and networks that do not answer at all."""
        try:
            # the server's own limits come first, with a better sentence; this one is for a server that no longer counts
            async with asyncio.timeout(2 * (self.target.statement_timeout + self.target.lock_timeout)):
                yield
        except TimeoutError:
            if not conn.closed and not conn.invalidated:
                await interrupt(conn)
                await conn.invalidate()
            raise


def _must_be_there(target: SqlTarget, url: sa.URL) -> None:
    """SQLite would make the file that a misspelt address names. Raises Unavailable."""
    path = url.database or ""
    named = url.get_backend_name() == "sqlite" and path not in {"", ":memory:"} and not path.startswith("file:")
    if named and not Path(path).is_file():
        raise Unavailable(
            f"{target.name} can't be reached: there is no file {path}. Correct its url. Nothing was changed."
        )


async def interrupt(conn: AsyncConnection) -> None:
    """SQLite works on in a thread of its own, whoever stops to wait for it."""
    if conn.dialect.name == "sqlite":
        await (await conn.get_raw_connection()).driver_connection.interrupt()  # type: ignore[union-attr] # aiosqlite's


def _gone(error: DBAPIError | OSError) -> bool:
    return isinstance(error, OSError) or error.connection_invalidated


async def _prepare_mysql(conn: AsyncConnection, name: str, waits: dict[str, float], *, run_lock: bool) -> None:
    seconds, millis = max(1, int(waits["lock"])), int(1000 * waits["statement"])
    mariadb = getattr(conn.dialect, "is_mariadb", False)
    # who stands still before the COMMIT comes too late with it; MySQL has no such limit
    idle = f", SESSION idle_transaction_timeout = {ceil(waits['statement'])}" if mariadb else ""
    limit = f"max_statement_time = {millis / 1000}{idle}" if mariadb else f"max_execution_time = {millis}"
    wait = f"innodb_lock_wait_timeout = {seconds}, SESSION lock_wait_timeout = {seconds}"
    checks = (
        f"foreign_key_checks = 1, SESSION unique_checks = 1{', SESSION check_constraint_checks = 1' if mariadb else ''}"
    )
    await conn.execute(sa.text(f"SET SESSION {wait}, SESSION {limit}, SESSION {checks}, SESSION time_zone = '+00:00'"))
    if run_lock and not await conn.scalar(sa.text("SELECT GET_LOCK(:name, :wait)"), {"name": name, "wait": seconds}):
        raise Unavailable("This run is still going on in the database. Look again in a minute.")


def _engine(target: SqlTarget, url: SecretStr, *, read_only: bool) -> AsyncEngine:
    where = sa.make_url(url.get_secret_value())
    one_moment: dict[str, Any] = {
        "isolation_level": "REPEATABLE READ",
        "execution_options": {"postgresql_readonly": True},
    }
    engine = create_async_engine(
        where,
        pool_size=2,
        max_overflow=2,
        hide_parameters=True,  # an error's text quotes no row
        connect_args=_arguments(target, where),
        **(one_moment if where.get_backend_name() == "postgresql" and read_only else {}),
    )
    sa.event.listen(engine.sync_engine, "before_cursor_execute", _marked, retval=True)
    if where.get_driver_name() == "asyncpg":
        sa.event.listen(engine.sync_engine, "do_connect", _named_if_direct)
    if where.get_backend_name() == "sqlite":
        _tame_sqlite(engine, read_only=read_only)
    elif where.get_backend_name() in _MYSQL and read_only:
        only = "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
        sa.event.listen(engine.sync_engine, "connect", _statement(only))
    return engine


def _marked(_conn: Any, _cursor: Any, sql: str, values: Any, context: Any, _many: bool) -> tuple[str, Any]:
    """The run's name before its statement: added here, so that the statement is compiled once for all runs."""
    mark = context.execution_options.get("makegood_mark") if context is not None else None
    return (f"/* {mark} */ {sql}" if mark else sql), values


def _named_if_direct(dialect: sa.Dialect, _record: object, args: Any, how: dict[str, Any]) -> Any:
    """Where no pooler stands between, statements are prepared once, by name: that saves a third of a fix's time."""
    connection = dialect.connect(*args, **{name: value for name, value in how.items() if name not in _UNNAMED})
    if sa.util.await_only(_is_direct(connection.driver_connection)):
        return connection
    connection.close()
    return dialect.connect(*args, **how)


async def _is_direct(connection: Any) -> bool:
    """A pooler answers with a process number of its own, and may have no server that knows the statement."""
    try:
        asked = await connection.prepare("SELECT pg_backend_pid()", name="")
        return bool(await asked.fetchval() == connection.get_server_pid())
    except asyncpg.PostgresError:
        return False


def _arguments(target: SqlTarget, url: sa.URL) -> dict[str, Any]:
    wait = target.statement_timeout
    by_driver: dict[str, dict[str, Any]] = {
        "asyncpg": {"timeout": wait, "server_settings": {"application_name": "makegood"}, **_UNNAMED},
        "psycopg": {"connect_timeout": max(2, int(wait)), "application_name": "makegood"},
        "aiosqlite": {"timeout": target.lock_timeout},
        "aiomysql": {
            "connect_timeout": wait,
            "charset": "utf8mb4",
            "sql_mode": f"'{_MY_MODE}'",
            "program_name": "makegood",
        },
    }
    return by_driver.get(url.get_driver_name(), {})


def _tame_sqlite(engine: AsyncEngine, *, read_only: bool) -> None:
    """Python's driver opens transactions late and locks them later still: we say BEGIN ourselves, and lock at once to write."""

    def connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        _statement("PRAGMA foreign_keys = ON")(connection)
        if read_only:
            _statement("PRAGMA query_only = ON")(connection)

    def begin(conn: sa.Connection) -> None:
        conn.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    sa.event.listen(engine.sync_engine, "connect", connect)
    sa.event.listen(engine.sync_engine, "begin", begin)


def _statement(sql: str) -> Any:
    def execute(connection: Any, _: Any = None) -> None:
        cursor = connection.cursor()
        cursor.execute(sql)
        cursor.close()

    return execute

"""Opens and writes the database. SQLite has one writer, people before hooks; PostgreSQL has many."""

import asyncio
import heapq
import itertools
import logging
import math
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.bug.errors import Unavailable
from bot.ledger.db import sqlite_driver
from bot.ledger.db.away import spoilt, why
from bot.ledger.db.kept import QuickEngine
from bot.ledger.db.sequences import upsert
from bot.ledger.db.tables import budgets

log = logging.getLogger(__name__)

PEOPLE, SINKS, HOOKS = 0, 1, 2
IDLE = 15.0
"""Seconds that a transaction on PostgreSQL may wait for its own process."""

SURE = 1.0
"""Seconds that the last write is good for."""
PATIENCE = 5.0
"""Seconds that it may take."""


_AFTER = "makegood_after"


class DatabaseAway(Unavailable):
    """There is no connection to be had."""


def lost(error: BaseException) -> bool:
    """Whether the connection went, not the statement: what was decided may be tried again."""
    gone = isinstance(error, DBAPIError) and error.connection_invalidated
    return gone or isinstance(error, DatabaseAway | OperationalError | InterfaceError | OSError)


class Turnstile:
    """A lock that lets the most urgent waiter in first: (rank, arrival)."""

    def __init__(self) -> None:
        self._busy = False
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._count = itertools.count()

    @asynccontextmanager
    async def hold(self, rank: int) -> AsyncIterator[None]:
        await self._enter(rank)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, rank: int) -> None:
        if not self._busy:
            self._busy = True
            return
        turn = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (rank, next(self._count), turn))
        try:
            await turn
        except asyncio.CancelledError:
            # asyncio may cancel a waiter in the moment in which it was woken
            if turn.done() and not turn.cancelled():
                self._leave()  # the turn had been given to us: pass it on
            raise

    def _leave(self) -> None:
        while self._waiting:
            *_, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                return
        self._busy = False


class Database:
    """`write` is a transaction; `read` and `snapshot` never wait for a writer."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self.sqlite = self.engine.dialect.name == "sqlite"
        self._turnstile = Turnstile()
        self._written = -math.inf
        self.trouble = ""
        """Why the last write did not go through, as a part of a sentence; empty where it did."""
        self._spoilt = ""
        """That some page can't be read: said until a restart, for only then another database can be there."""

    @asynccontextmanager
    async def write(self, rank: int = PEOPLE) -> AsyncIterator[AsyncConnection]:
        async with self._transaction(rank) as conn:
            conn.info.pop(_AFTER, None)
            yield conn
            then = conn.info.pop(_AFTER, ())
        # outside of the transaction: a callback that fails takes back nothing that was written
        for call in then:
            call()

    @staticmethod
    def after_commit(conn: AsyncConnection, call: Callable[[], None]) -> None:
        """`call` once what this `write` does is durable; never where it is not."""
        conn.info.setdefault(_AFTER, []).append(call)

    @asynccontextmanager
    async def _transaction(self, rank: int) -> AsyncIterator[AsyncConnection]:
        if not self.sqlite:
            async with self._connection() as conn, conn.begin():
                yield conn
            return
        # the turn before the connection: whoever waits for a turn must not keep a connection from those who read
        async with self._turnstile.hold(rank), self._connection() as conn:
            # IMMEDIATE, before anything is read: a transaction that reads first and writes later fails where somebody
            # wrote in between
            await _driver(conn).begin()
            await conn.begin()  # so that SQLAlchemy knows; whoever migrates must not think that the transaction is his
            try:
                yield conn
            except BaseException:  # a cancelled writer must leave nothing half-written either
                await conn.rollback()
                raise
            await conn.commit()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Each query sees what is committed by then."""
        async with self._connection() as conn:
            yield conn

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """All queries see the same moment, whatever is written meanwhile."""
        async with self._connection() as conn:
            if self.sqlite:
                await conn.exec_driver_sql("BEGIN")
            else:
                await conn.execution_options(isolation_level="REPEATABLE READ")
            try:
                yield conn
            finally:
                await conn.rollback()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[AsyncConnection]:
        """Raises DatabaseAway where it can't get one: each driver has errors of its own for that."""
        try:
            conn = await self.engine.connect()
        except Exception as error:  # not SQLAlchemy's alone: asyncpg's come through as they are
            raise DatabaseAway(f"The database can't be reached: {why(error)}.") from error
        try:
            yield conn
        except DBAPIError as error:
            self._mind(error)
            raise
        finally:
            await conn.close()

    def _mind(self, error: DBAPIError) -> None:
        if spoilt(error) and not self._spoilt:
            self._spoilt = self.trouble = why(error)
            log.critical("The database is damaged: %s. `makegood doctor` says where.", self._spoilt)

    async def forget_freed(self) -> bool:
        """What was deleted leaves SQLite's log, too. False where somebody who reads just now is in the way."""
        async with self._turnstile.hold(SINKS):
            return await sqlite_driver.empty_log(self.url)

    async def alive(self) -> bool:
        """Whether a write goes through: a full disk or a standby still answers reads. Written at most once a second."""
        # load balancers and Kubernetes ask every second or more often; one row a second is all that it costs
        if self._spoilt:
            return False
        if time.monotonic() - self._written < SURE:
            return True
        try:
            async with asyncio.timeout(PATIENCE), self.write(SINKS) as conn:
                await conn.execute(_mark(self.engine))
        except (SQLAlchemyError, OSError, Unavailable) as error:  # TimeoutError is an OSError
            self._tell(why(error.__cause__ if isinstance(error, DatabaseAway) and error.__cause__ else error))
            return False
        self._tell("")
        self._written = time.monotonic()
        return True

    def _tell(self, trouble: str) -> None:
        """In the log once for each cause, not at every look."""
        if trouble and trouble != self.trouble:
            log.error(
                "The database can't be written: %s. Nothing that was stored is lost; senders are asked to come again.",
                trouble,
            )
        elif self.trouble and not trouble:
            log.warning("The database can be written again.")
        self.trouble = trouble

    async def close(self) -> None:
        await self.engine.dispose()


def _driver(conn: AsyncConnection) -> sqlite_driver.Connection:
    """Asked directly: through SQLAlchemy a BEGIN costs as much as three statements."""
    return cast("sqlite_driver.Connection", cast("Any", conn.sync_connection).connection.driver_connection)


def _mark(engine: AsyncEngine) -> Any:
    """A write that changes nothing for anybody: the same row each time."""
    first = upsert(engine, budgets).values(team="", scope="ready", free_at=0.0)
    return first.on_conflict_do_update(index_elements=["team", "scope"], set_={"free_at": budgets.c.free_at + 1})


def _engine(url: str) -> AsyncEngine:
    """No error says what a statement carried: secrets of runs and words of customers are among it."""
    if not url.startswith("sqlite"):
        # pre-ping: after a fail-over the pool is full of connections that are dead and do not know it
        quiet = {"pool_size": 10, "max_overflow": 10, "pool_pre_ping": True, "hide_parameters": True}
        return create_async_engine(url, connect_args=_patience(url), **quiet)
    driver = sqlite_driver.creator(url)
    engine = create_async_engine(url, pool_size=5, max_overflow=5, async_creator=driver, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    return QuickEngine(engine.sync_engine)


def _patience(url: str) -> dict[str, Any]:
    """A process that was frozen in the middle of a transaction must not hold its bug for ever: the others go on without it."""
    setting, value = "idle_in_transaction_session_timeout", f"{IDLE:.0f}s"
    if url.startswith("postgresql+asyncpg"):
        return {"server_settings": {setting: value}}
    return {"options": f"-c {setting}={value}"}


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    # FULL: in WAL mode NORMAL may lose the last commits when the power fails, and a webhook was answered 200 for them.
    # secure_delete: a forgotten customer must not stay readable in the file's free pages.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()

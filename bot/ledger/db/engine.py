"""Opens and writes the database. SQLite has one writer, people before hooks; PostgreSQL has many."""

import asyncio
import logging
import math
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidatePoolError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.bug.errors import Unavailable
from bot.ledger.db import sqlite_driver
from bot.ledger.db.away import DatabaseAway, spoilt, why
from bot.ledger.db.kept import QuickEngine
from bot.ledger.db.sequences import upsert
from bot.ledger.db.tables import budgets
from bot.ledger.db.turnstile import Turnstile
from bot.ledger.db.writer import TAKEN, Outcome, Together, Writer

log = logging.getLogger(__name__)

PEOPLE, SINKS, HOOKS = 0, 1, 2
IDLE = 15.0
"""Seconds that a transaction on PostgreSQL may wait for its own process."""

SURE = 1.0
"""Seconds that the last write is good for."""
PATIENCE = 5.0
"""Seconds that it may take."""
RESTED = 1.0
"""Seconds after which a connection of the pool is asked whether its server is still there."""


_AFTER = "makegood_after"
_LEFT = "makegood_left"


def lost(error: BaseException) -> bool:
    """Whether the connection went, not the statement: what was decided may be tried again."""
    gone = isinstance(error, DBAPIError) and error.connection_invalidated
    return gone or isinstance(error, DatabaseAway | OperationalError | InterfaceError | OSError)


class Database:
    """`write` is a transaction; `read` and `snapshot` never wait for a writer."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self.sqlite = self.engine.dialect.name == "sqlite"
        self._turnstile = Turnstile[Together]()
        self._writer = Writer(self._connected, self._turnstile)
        self._written = -math.inf
        self.trouble = ""
        """Why the last write did not go through, as a part of a sentence; empty where it did."""
        self._spoilt = ""
        """That some page can't be read: said until a restart, for only then another database can be there."""

    @asynccontextmanager
    async def write(self, rank: int = PEOPLE) -> AsyncIterator[AsyncConnection]:
        outcome = Outcome()
        then: Iterable[Callable[[], None]] = ()
        try:
            async with self._transaction(rank, outcome) as conn:
                conn.info.pop(_AFTER, None)
                yield conn
                then = conn.info.pop(_AFTER, ())
        except DBAPIError as error:
            self._mind(error)
            raise
        finally:
            # outside of the transaction: a callback that fails takes back nothing that was written. Whoever is cancelled
            # while the disk works leaves what is stored all the same, and it must not wait until its leases run out.
            for call in then if outcome.durable else ():
                call()

    @staticmethod
    def taken(conn: AsyncConnection) -> Counter[str]:
        """Places that were taken by what the next commit makes durable: several writers may share it."""
        found: Counter[str] = conn.info.setdefault(TAKEN, Counter())
        return found

    @staticmethod
    def after_commit(conn: AsyncConnection, call: Callable[[], None]) -> None:
        """`call` once what this `write` does is durable; never where it is not."""
        conn.info.setdefault(_AFTER, []).append(call)

    def _transaction(self, rank: int, outcome: Outcome) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._writer.transaction(rank, outcome) if self.sqlite else self._one_of_many(outcome)

    @asynccontextmanager
    async def _one_of_many(self, outcome: Outcome) -> AsyncIterator[AsyncConnection]:
        async with self._connection() as conn:
            async with conn.begin():
                conn.info.pop(TAKEN, None)
                yield conn
            outcome.durable = True

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
        conn = await self._connected()
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

    async def _connected(self) -> AsyncConnection:
        """Raises DatabaseAway where it can't get one: each driver has errors of its own for that."""
        try:
            return await self.engine.connect()
        except Exception as error:  # not SQLAlchemy's alone: asyncpg's come through as they are
            raise DatabaseAway(f"The database can't be reached: {why(error)}.") from error

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
        await self._writer.close()
        await self.engine.dispose()


def _mark(engine: AsyncEngine) -> Any:
    """A write that changes nothing for anybody: the same row each time."""
    first = upsert(engine, budgets).values(team="", scope="ready", free_at=0.0)
    return first.on_conflict_do_update(index_elements=["team", "scope"], set_={"free_at": budgets.c.free_at + 1})


def _engine(url: str) -> AsyncEngine:
    """No error says what a statement carried: secrets of runs and words of customers are among it."""
    if not url.startswith("sqlite"):
        # pre-ping: after a fail-over the pool is full of connections that are dead and do not know it
        heard = url.startswith("postgresql+asyncpg")
        # the one that was given back last comes first: of ten in turn each would have rested
        pool = {"pool_size": 10, "max_overflow": 10, "pool_pre_ping": not heard, "pool_use_lifo": True}
        remote = create_async_engine(url, connect_args=_patience(url), hide_parameters=True, **pool)
        if heard:
            _ping_what_rested(remote.sync_engine)
        return remote
    driver = sqlite_driver.creator(url)
    engine = create_async_engine(url, pool_size=5, max_overflow=5, async_creator=driver, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    return QuickEngine(engine.sync_engine)


def _ping_what_rested(engine: Engine) -> None:
    """Pre-ping for asyncpg, which hears by itself when the server closes a connection: only a lost network has to be asked for.

    To ask is three round trips, and each statement outside of a transaction would begin with it.
    """

    def left(_connection: Any, record: Any) -> None:
        record.info[_LEFT] = time.monotonic()

    def taken(connection: Any, record: Any, _proxy: Any) -> None:
        if not connection.driver_connection.is_closed():
            if time.monotonic() - record.info.get(_LEFT, math.inf) < RESTED:
                return
            with suppress(engine.dialect.loaded_dbapi.Error, OSError):
                engine.dialect.do_ping(connection)
                return
        raise InvalidatePoolError

    event.listen(engine, "checkin", left)
    event.listen(engine, "checkout", taken)


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

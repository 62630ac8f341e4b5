"""SQLite's only writer: its connection stays, and those who come while somebody writes share one commit.

Whoever has the turn begins. Once it has written, those of its rank who wait by then are let in one after another, each under a
savepoint of its own; then one commit makes all of it durable, and only then does any of them go on.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ledger.db.away import DatabaseAway
from bot.ledger.db.kept import is_heard, told
from bot.ledger.db.sqlite_driver import TAKEN_BACK, Connection, to_its_end
from bot.ledger.db.turnstile import Turnstile

TAKEN = "makegood_taken"
"""What a connection keeps until its commit: places that were taken in it."""
MOST = 50
"""Guests of one commit: whoever came first must not wait for all who come later."""


@dataclass
class Outcome:
    """What became of one transaction. `durable`: it is stored, although who wrote it may have been cancelled meanwhile."""

    durable: bool = False


class Together:
    """Transactions that become durable by one commit, or come to nothing with it."""

    def __init__(self, conn: AsyncConnection) -> None:
        self.conn = conn
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._guest: asyncio.Future[None] = self._loop.create_future()

    def left(self) -> None:
        self._guest.set_result(None)

    async def until_left(self) -> None:
        await to_its_end(self._guest)
        self._guest = self._loop.create_future()

    async def until_over(self) -> None:
        """However it ended."""
        await asyncio.wait({self._ended})

    async def until_ended(self) -> None:
        """Raises what the commit met: nothing of any of them is stored then."""
        await to_its_end(self._ended)

    @property
    def durable(self) -> bool:
        return self._ended.done() and self._ended.exception() is None

    def end(self, error: BaseException | None = None) -> None:
        if error is None:
            self._ended.set_result(None)
        else:
            self._ended.set_exception(error)
            self._ended.exception()  # looked at, also where every guest is gone


class Writer:
    """`connect` opens a connection; it may raise DatabaseAway."""

    def __init__(self, connect: Callable[[], Awaitable[AsyncConnection]], turnstile: Turnstile[Together]) -> None:
        self._connect = connect
        self._turnstile = turnstile
        self._conn: AsyncConnection | None = None

    @asynccontextmanager
    async def transaction(self, rank: int, outcome: Outcome) -> AsyncIterator[AsyncConnection]:
        host = await self._turnstile.enter(rank, shares=True)
        async with self._as_host(rank, outcome) if host is None else self._as_guest(host, outcome) as conn:
            yield conn

    async def close(self) -> None:
        conn, self._conn = self._conn, None
        if conn is not None:
            await conn.close()

    @asynccontextmanager
    async def _as_host(self, rank: int, outcome: Outcome) -> AsyncIterator[AsyncConnection]:
        try:
            conn = await self._standing()
            try:
                await self._begin(conn)
                yield conn
            except BaseException:  # a cancelled writer must leave nothing half-written either
                await self._undo(conn)
                raise
        except BaseException:  # whatever ended it, cancelled too: a turn that nobody gives back stops all who write
            self._turnstile.leave()
            raise
        if self._turnstile.next_shares(rank):
            # a task of its own: it commits for all, also where the one who began is cancelled
            await to_its_end(asyncio.ensure_future(self._end_together(conn, rank, outcome)))
        else:
            await self._end_alone(conn, outcome)

    @asynccontextmanager
    async def _as_guest(self, together: Together, outcome: Outcome) -> AsyncIterator[AsyncConnection]:
        try:
            try:
                with _savepoint(_driver(together.conn)):
                    yield together.conn
            finally:
                together.left()
        except asyncio.CancelledError:
            # who asks for a stop must not be answered by what the commit met
            await together.until_over()
            outcome.durable = together.durable
            raise
        except BaseException:  # a refusal waits as well: what it saw of the others may come to nothing
            await together.until_ended()
            raise
        try:
            await together.until_ended()
        finally:
            outcome.durable = together.durable

    async def _end_alone(self, conn: AsyncConnection, outcome: Outcome) -> None:
        driver = _driver(conn)
        try:
            await self._commit(conn)
        finally:
            outcome.durable = driver.durable
            self._turnstile.leave()

    async def _end_together(self, conn: AsyncConnection, rank: int, outcome: Outcome) -> None:
        together = Together(conn)
        try:
            await self._let_in(together, rank)
            await self._commit(conn)
        except BaseException as error:  # whatever it was, the guests wait for it and must be told
            await self._undo(conn)
            together.end(error)
            raise
        else:
            outcome.durable = True
            together.end()
        finally:
            self._turnstile.leave()

    async def _let_in(self, together: Together, rank: int) -> None:
        for _ in range(MOST):
            if not self._turnstile.next_shares(rank):
                return
            self._turnstile.admit(together)
            await together.until_left()
            if not _driver(together.conn).in_transaction:
                raise DatabaseAway(TAKEN_BACK)

    async def _standing(self) -> AsyncConnection:
        """To get one from the pool and give it back costs as much as all statements of a claim."""
        if self._conn is not None and self._conn.invalidated:  # by SQLAlchemy, after a commit that was cancelled
            await self.close()
        if self._conn is None:
            self._conn = await self._connect()
        return self._conn

    async def _begin(self, conn: AsyncConnection) -> None:
        # IMMEDIATE, before anything is read: a transaction that reads first and writes later fails where somebody
        # wrote in between
        conn.info.pop(TAKEN, None)
        try:
            await _driver(conn).begin()
        except sqlite3.Error as error:
            raise told(error, "BEGIN", conn.dialect) from error
        if is_heard(conn.sync_connection):
            await conn.begin()

    async def _commit(self, conn: AsyncConnection) -> None:
        try:
            # SQLAlchemy has a transaction where a statement went its way, or where somebody listens
            await (conn.commit() if conn.in_transaction() else _driver(conn).commit())
        except BaseException as error:  # a cancelled commit leaves nothing open either
            await self._undo(conn)
            if isinstance(error, sqlite3.Error):
                raise told(error, "COMMIT", conn.dialect) from error
            raise

    async def _undo(self, conn: AsyncConnection) -> None:
        """Never raises: what went wrong before is what is told."""
        try:
            if conn.get_transaction() is not None:  # one that failed at its commit is there, too
                await conn.rollback()
            if not conn.invalidated:
                await _driver(conn).rollback()
        except (SQLAlchemyError, sqlite3.Error):
            # not used again; its end takes back whatever is not committed
            self._conn = None
            with suppress(SQLAlchemyError, sqlite3.Error):
                await conn.invalidate()
                await conn.close()


@contextmanager
def _savepoint(driver: Connection) -> Iterator[None]:
    """Takes back what is done in it, and nothing else, where it is left by an error."""
    driver.one("SAVEPOINT guest", ())
    try:
        yield
    except BaseException:  # a cancelled guest, too, takes back what is theirs
        if driver.in_transaction:  # a full disk may have ended it for all
            driver.one("ROLLBACK TO guest", ())
        raise
    finally:
        if driver.in_transaction:
            driver.one("RELEASE guest", ())


def _driver(conn: AsyncConnection) -> Connection:
    """Asked directly: through SQLAlchemy a BEGIN costs as much as three statements."""
    return cast("Connection", cast("Any", conn.sync_connection).connection.driver_connection)

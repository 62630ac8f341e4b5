"""SQLite for an event loop: statements run where they are (a row takes microseconds), only what may wait goes to a thread.

aiosqlite sends every call through a thread; with some sixty calls between a webhook and its card those hops were most of the time.
Stands in for aiosqlite's connection under SQLAlchemy's dialect, by its `async_creator`.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from typing import Any, Self

from sqlalchemy.engine import make_url

BEGIN = "BEGIN IMMEDIATE"
WAITS = "PRAGMA journal_mode"
"""May have to wait for another process, so not on the loop."""
PATIENCE = 15.0
"""Seconds that SQLite waits for a lock."""


def creator(url: str) -> Callable[..., Any]:
    """For `create_async_engine(url, async_creator=…)`."""
    path = str(make_url(url).database)

    async def connect(*_args: Any, **_options: Any) -> "Connection":
        # isolation_level None: we say BEGIN ourselves; the driver's own comes too late and is not IMMEDIATE
        return Connection(sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=PATIENCE))

    return connect


async def empty_log(url: str) -> bool:
    """Moves all of the write-ahead log into the file, and cuts it to nothing. False where somebody reads or writes just now."""
    path = str(make_url(url).database)

    def emptied() -> bool:
        with closing(sqlite3.connect(path, timeout=0)) as connection:
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy

    return bool(await asyncio.to_thread(emptied))


async def _apart(work: Callable[[], Any]) -> Any:
    """In a thread, to its end even where the waiting task is cancelled: the connection is never used by two."""
    running = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait({running})
        raise


class Connection:
    """What SQLAlchemy's dialect for aiosqlite asks of a connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._conn = connection
        self._connection: sqlite3.Connection | None = connection

    @property
    def isolation_level(self) -> str | None:
        return self._conn.isolation_level

    def cursor(self) -> "Cursor":
        return Cursor(self._conn.cursor())

    async def create_function(self, *args: Any, **options: Any) -> None:
        self._conn.create_function(*args, **options)

    async def commit(self) -> None:
        """The one call that waits for the disk."""
        if self._conn.in_transaction:
            await _apart(self._conn.commit)

    async def rollback(self) -> None:
        if self._conn.in_transaction:
            self._conn.rollback()

    async def close(self) -> None:
        self.stop()

    def stop(self) -> None:
        self._connection = None
        self._conn.close()


class Cursor:
    """sqlite3's cursor, awaitable."""

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._cursor = cursor
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()

    @property
    def description(self) -> Any:
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._cursor.lastrowid

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> "Cursor":
        if statement == BEGIN:
            await self._begin()
        elif statement.startswith(WAITS):
            await _apart(lambda: self._cursor.execute(statement))
        else:
            self._cursor.execute(statement, parameters or ())
        return self

    async def _begin(self) -> None:
        """At once where nobody else is writing, as is the rule: one process owns the file. Else a thread waits for it."""
        if not self._begun():
            await _apart(lambda: self._cursor.execute(BEGIN))

    def _begun(self) -> bool:
        self._patience(0)
        try:
            self._cursor.execute(BEGIN)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            return False
        finally:
            self._patience(PATIENCE)
        return True

    def _patience(self, seconds: float) -> None:
        self._cursor.execute(f"PRAGMA busy_timeout={seconds * 1000:.0f}")

    async def executemany(self, statement: str, parameters: Iterable[Sequence[Any]]) -> "Cursor":
        self._cursor.executemany(statement, parameters)
        return self

    async def fetchone(self) -> Any:
        return self._cursor.fetchone()

    async def fetchmany(self, size: int | None = None) -> Any:
        return self._cursor.fetchmany(size or self.arraysize)

    async def fetchall(self) -> Any:
        return self._cursor.fetchall()

    async def close(self) -> None:
        self._cursor.close()

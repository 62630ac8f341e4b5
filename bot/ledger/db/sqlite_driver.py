"""SQLite for an event loop: statements run where they are (a row takes microseconds), only what may wait goes to a thread.

aiosqlite sends every call through a thread; with some sixty calls between a webhook and its card those hops were most of the time.
Stands in for aiosqlite's connection under SQLAlchemy's dialect, by its `async_creator`.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from queue import SimpleQueue
from typing import Any, Self

from sqlalchemy.engine import make_url

BEGIN = "BEGIN IMMEDIATE"
WAITS = "PRAGMA journal_mode"
"""May have to wait for another process, so not on the loop."""
PATIENCE = 15.0
"""Seconds that SQLite waits for a lock, in a thread."""
TAKEN_BACK = "The database took back what was being written."
HERE = 0.01
"""Seconds that it waits on the loop."""


def creator(url: str) -> Callable[..., Any]:
    """For `create_async_engine(url, async_creator=…)`."""
    path = str(make_url(url).database)

    async def connect(*_args: Any, **_options: Any) -> "Connection":
        # isolation_level None: we say BEGIN ourselves; the driver's own comes too late and is not IMMEDIATE
        return Connection(sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=HERE))

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
    # no task (asyncio.to_thread): whoever cancels all tasks, as the end of a loop does, would have it done while its thread goes on
    return await to_its_end(asyncio.get_running_loop().run_in_executor(None, work))


async def to_its_end(running: "asyncio.Future[Any]") -> Any:
    """Waits for it also where the waiting task is cancelled; then raises that."""
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        # a cancelled task still owns the connection until the thread has let go of it, however often it is cancelled:
        # SQLite crashes the process where one thread closes what another one uses
        while not running.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait({running})
        raise


def _patiently(connection: sqlite3.Connection, statement: str) -> None:
    """For a thread."""
    connection.execute(f"PRAGMA busy_timeout={PATIENCE * 1000:.0f}")
    try:
        connection.execute(statement)
    finally:
        connection.execute(f"PRAGMA busy_timeout={HERE * 1000:.0f}")


class _Committer:
    """One thread that stands by for commits: to start a call of the pool's costs more than the commit's own work."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[tuple[sqlite3.Connection, asyncio.Future[None]]] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def commit(self, connection: sqlite3.Connection) -> "asyncio.Future[None]":
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._work, name="makegood-commits", daemon=True)
            self._thread.start()
        written = asyncio.get_running_loop().create_future()
        self._waiting.put((connection, written))
        return written

    def _work(self) -> None:
        while True:
            connection, written = self._waiting.get()
            error: BaseException | None = None
            try:
                connection.commit()
            except BaseException as met:  # noqa: BLE001 - whatever it is, whoever waits for the commit must be told
                error = met
            with suppress(RuntimeError):  # its loop was closed meanwhile, so nobody waits any more
                written.get_loop().call_soon_threadsafe(_settle, written, error)


def _settle(written: "asyncio.Future[None]", error: BaseException | None) -> None:
    if written.done():
        return
    if error:
        written.set_exception(error)
    else:
        written.set_result(None)


_COMMITTER = _Committer()


class Connection:
    """What SQLAlchemy's dialect for aiosqlite asks of a connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._conn = connection
        self._connection: sqlite3.Connection | None = connection
        self._changes = -1
        self._begun = False
        self.durable = False
        """Whether what was written since the last `begin` is on the disk, also where who waited for it was cancelled."""

    @property
    def isolation_level(self) -> str | None:
        return self._conn.isolation_level

    @property
    def in_transaction(self) -> bool:
        return self._conn.in_transaction

    def cursor(self) -> "Cursor":
        return Cursor(self, self._conn.cursor())

    def must_stand(self) -> None:
        """Raises where SQLite took a transaction back by itself: what comes after it would be stored without what came before."""
        # a full disk ends a transaction in the middle; whoever minds that error only and goes on would write each
        # statement for itself
        if self._begun and not self._conn.in_transaction:
            raise sqlite3.OperationalError(TAKEN_BACK)

    def one(self, statement: str, parameters: Sequence[Any]) -> sqlite3.Cursor:
        """At once, and without SQLAlchemy: `kept.py` is the only one who calls it."""
        self.must_stand()
        return self._conn.execute(statement, parameters)

    def many(self, statement: str, parameters: Iterable[Sequence[Any]]) -> sqlite3.Cursor:
        self.must_stand()
        return self._conn.executemany(statement, parameters)

    async def create_function(self, *args: Any, **options: Any) -> None:
        self._conn.create_function(*args, **options)

    async def begin(self) -> None:
        """At once where nobody else is writing, as is the rule: one process owns the file. Else a thread waits for it."""
        try:
            self._conn.execute(BEGIN)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            # one process runs the bot, but a command such as `makegood forget` may be writing: the loop goes on meanwhile
            await _apart(lambda: _patiently(self._conn, BEGIN))
        self._begun, self.durable = True, False
        self._changes = self._conn.total_changes

    async def commit(self) -> None:
        """The one call that waits for the disk; at once where nothing was changed."""
        self.must_stand()
        self._begun = False
        if not self._conn.in_transaction:
            return
        # a transaction that only looked (a key that was used before) has nothing to sync
        if self._conn.total_changes == self._changes:
            self._conn.commit()
            self.durable = True
        else:
            # an fsync takes milliseconds on a good disk and seconds on a bad one: never on the loop
            written = _COMMITTER.commit(self._conn)
            try:
                await to_its_end(written)
            finally:
                self.durable = written.exception() is None

    async def rollback(self) -> None:
        self._begun = False
        if self._conn.in_transaction:
            self._conn.rollback()

    async def close(self) -> None:
        self.stop()

    def stop(self) -> None:
        self._connection = None
        self._conn.close()


class Cursor:
    """sqlite3's cursor, awaitable."""

    def __init__(self, connection: Connection, cursor: sqlite3.Cursor) -> None:
        self._connection = connection
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
        if statement.startswith(WAITS):
            await _apart(lambda: _patiently(self._cursor.connection, statement))
        else:
            self._connection.must_stand()
            self._cursor.execute(statement, parameters or ())
        return self

    async def executemany(self, statement: str, parameters: Iterable[Sequence[Any]]) -> "Cursor":
        self._connection.must_stand()
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

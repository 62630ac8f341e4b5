"""A migrated database for each test, on SQLite and on PostgreSQL, and ledgers in it whose clock the test sets."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copy
from typing import Any

from sqlalchemy import select, text

from bot.bug.course.conversation import Said
from bot.bug.course.news import Opened
from bot.bug.event import Event
from bot.bug.values import Actor, ActorKind
from bot.ledger.db.engine import Database
from bot.ledger.db.migrate import migrate
from bot.ledger.db.tables import cursors
from bot.ledger.entries import trail
from bot.ledger.ledger import Entry, Ledger
from bot.ledger.relay.subscription import Subscription
from tests.support import postgres

MONDAY = datetime(2025, 11, 24, 14, 0, tzinfo=UTC)
TEAM = "T0LOCAL"
BUGSNAG = Actor(kind=ActorKind.SOURCE, id="bugsnag")


def person(id_: str) -> Actor:
    return Actor(kind=ActorKind.PERSON, id=id_)


class Clock:
    """Stands still unless it is told to go on."""

    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return self.now.timestamp()

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Store:
    """One database; each `ledger()` is as a process of its own: with its own connections."""

    url: str
    clock: Clock = field(default_factory=Clock)
    _opened: list[Database] = field(default_factory=list)

    @property
    def sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    def database(self) -> Database:
        self._opened.append(Database(self.url))
        return self._opened[-1]

    def ledger(
        self, sinks: Mapping[str, Subscription] | None = None, clock: Callable[[], datetime] | None = None
    ) -> Ledger:
        return Ledger(self.database(), TEAM, sinks or {}, clock or self.clock)

    async def close(self) -> None:
        for database in self._opened:
            await database.close()


@contextmanager
def sqlite_file(empty: Path, folder: Path) -> Iterator[str]:
    yield f"sqlite+aiosqlite:///{copy(empty, folder / 'makegood.db')}"


def make_empty(path: Path) -> Path:
    """A migrated SQLite file, to be copied."""
    asyncio.run(migrated(f"sqlite+aiosqlite:///{path}"))
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@contextmanager
def postgres_template(socket: Path) -> Iterator[str]:
    with postgres.database(socket) as name:
        asyncio.run(migrated(postgres.url(socket, name, "asyncpg")))
        yield name


@contextmanager
def postgres_database(socket: Path, template: str, driver: str = "asyncpg") -> Iterator[str]:
    with postgres.database(socket, template) as name:
        yield postgres.url(socket, name, driver)


async def migrated(url: str) -> None:
    db = Database(url)
    await migrate(db)
    await db.close()


async def open_bug(ledger: Ledger, title: str = "Menu page fails", *more: Event, key: str | None = None) -> int:
    """A bug that Bugsnag told of."""
    first = Opened(source="bugsnag", group=title, title=title, admitted="error in production")
    async with ledger.db.write() as conn:
        recorded = await ledger.open(conn, [first, *more], by=BUGSNAG, key=key)
    return recorded.bug.ref.number


async def said(ledger: Ledger, bug: int, *texts: str) -> None:
    """People write in the bug's thread."""
    for text_ in texts:
        event = Said(user="U0DEV", ts=text_, text=text_)
        await ledger.record(bug, lambda _bug, event=event: event, by=person("U0DEV"))  # type: ignore[misc] # bound now


async def kinds(ledger: Ledger, bug: int) -> list[str]:
    return [entry.event.KIND for entry in await trail(ledger, bug)]


async def of_kind(ledger: Ledger, bug: int, kind: type[Event]) -> list[Entry]:
    return [entry for entry in await trail(ledger, bug) if isinstance(entry.event, kind)]


async def cursor(ledger: Ledger, bug: int, sink: str) -> Mapping[str, Any]:
    where = (cursors.c.team == TEAM) & (cursors.c.bug == bug) & (cursors.c.sink == sink)
    async with ledger.db.read() as conn:
        return dict((await conn.execute(select(cursors).where(where))).mappings().one())


async def sql(db: Database, *statements: str) -> None:
    """As somebody with the database's password would."""
    async with db.write() as conn:
        for statement in statements:
            await conn.exec_driver_sql(statement)


async def rows(db: Database, query: str) -> list[tuple[Any, ...]]:
    async with db.read() as conn:
        return [tuple(row) for row in await conn.execute(text(query))]


def seqs(entries: Iterable[Entry]) -> list[int]:
    return [entry.seq for entry in entries]

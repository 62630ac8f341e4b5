"""A house for each test: the real bot over sockets or HTTP, on SQLite or PostgreSQL, beside a local Slack."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from shutil import copy
from typing import Any

import pytest

from bot.demo.channels.smtp import MailServer
from bot.demo.server import free_port
from bot.demo.slack.local import LocalSlack
from bot.ledger.db.engine import Database
from bot.ledger.db.migrate import migrate
from tests.slack.house import House, local_slack, runtime
from tests.slack.shop import Shop
from tests.support import postgres


@pytest.fixture
def connection() -> str:
    """How Slack reaches the bot: "socket" or "http". A test that is parametrised with it runs over both."""
    return "socket"


@pytest.fixture
def store() -> str:
    """Where the bot keeps its trail: "sqlite" or "postgresql"."""
    return "sqlite"


@pytest.fixture
def given() -> dict[str, Any]:
    """Settings of the story, beside those of every house."""
    return {}


@pytest.fixture
def paced() -> bool:
    """Whether Slack's and our own limits hold; most stories are told without waiting."""
    return False


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database without a bug, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "makegood.db"
    asyncio.run(_migrated(f"sqlite+aiosqlite:///{path}"))
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture(scope="session")
def empty_postgres(postgres_server: Path) -> Iterator[str]:
    with postgres.database(postgres_server) as name:
        asyncio.run(_migrated(postgres.url(postgres_server, name, "asyncpg")))
        yield name


async def _migrated(url: str) -> None:
    db = Database(url)
    await migrate(db)
    await db.close()


@pytest.fixture
def database_url(store: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    if store == "sqlite":
        path = copy(request.getfixturevalue("empty_sqlite"), tmp_path / "makegood.db")
        yield f"sqlite+aiosqlite:///{path}"
        return
    socket, template = request.getfixturevalue("postgres_server"), request.getfixturevalue("empty_postgres")
    with postgres.database(socket, template) as name:
        yield postgres.url(socket, name, "asyncpg")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A production database; a story that asks for it names it in its settings."""
    return Shop.opened(tmp_path)


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    """What customers get by e-mail; a story that asks for it names it in its settings."""
    server = MailServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def port() -> int:
    """Of the bot's own HTTP."""
    return free_port()


@pytest.fixture
async def slack(port: int, connection: str, *, paced: bool) -> AsyncIterator[LocalSlack]:
    local = local_slack(port, http=connection == "http", rate_limits=paced)
    await local.start()
    yield local
    await local.stop()


@pytest.fixture
async def house(
    slack: LocalSlack,
    port: int,
    connection: str,
    database_url: str,
    tmp_path: Path,
    given: dict[str, Any],
    *,
    paced: bool,
) -> AsyncIterator[House]:
    of_process = runtime(slack, port, database_url, http=connection == "http")
    house = House(slack=slack, runtime=of_process, folder=tmp_path, given=given, paced=paced)
    try:
        await house.start()
        yield house
    finally:
        await house.stop()

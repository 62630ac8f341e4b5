"""A town for each test: real processes, on SQLite or PostgreSQL."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.faults.process import Makegood
from tests.faults.town import Town
from tests.support import postgres


@pytest.fixture
def store() -> str:
    """Where the bot keeps its trail: "sqlite" or "postgresql"."""
    return "sqlite"


@pytest.fixture
def database_url(store: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    if store == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'makegood.db'}"
        return
    socket = request.getfixturevalue("postgres_server")
    with postgres.database(socket) as name:
        yield postgres.url(socket, name, "asyncpg")


@pytest.fixture
async def town(tmp_path: Path, database_url: str) -> AsyncIterator[Town]:
    town = Town(tmp_path, database_url)
    await town.start()
    yield town
    await town.stop()


@asynccontextmanager
async def alive(*bots: Makegood) -> AsyncIterator[None]:
    """Whatever happens, no process outlives its test."""
    try:
        yield
    finally:
        for bot in bots:
            await bot.kill()

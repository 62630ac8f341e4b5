"""A company for each story, its trail on SQLite or PostgreSQL."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.demo.world.tour import Story
from tests.acceptance.company import Company, company
from tests.support import postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'trail.db'}"
        return
    socket = request.getfixturevalue("postgres_server")
    with postgres.database(socket) as name:
        yield postgres.url(socket, name, "asyncpg")


@pytest.fixture
def story() -> Story:
    return "one"


@pytest.fixture
async def acme(tmp_path: Path, database_url: str, story: Story) -> AsyncIterator[Company]:
    async with company(tmp_path / "day", database_url, story) as it:
        yield it

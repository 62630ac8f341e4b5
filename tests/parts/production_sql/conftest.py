"""The same shop on each database and driver: a database of its own for each test, on servers of the session."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import cast

import psycopg
import pytest

from tests.parts.production_sql.shop import SCHEMA, Shop
from tests.support import mariadb, postgres


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Path) -> Iterator[str]:
    with postgres.database(postgres_server) as name:
        with psycopg.connect(postgres.url(postgres_server, name), autocommit=True) as conn:
            conn.execute(SCHEMA)
        yield name


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[int]:
    with mariadb.server() as port:
        yield port


@pytest.fixture
def sqlite_shop(tmp_path: Path) -> Shop:
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as conn:
        conn.executescript(SCHEMA)
    return Shop(f"sqlite+aiosqlite:///{path}", f"sqlite:///{path}")


@pytest.fixture
def postgres_shop(postgres_server: Path, postgres_template: str) -> Iterator[Shop]:
    with postgres.database(postgres_server, postgres_template) as name:
        yield Shop(*(postgres.url(postgres_server, name, driver) for driver in ("asyncpg", "psycopg")))


@pytest.fixture
def mariadb_shop(mariadb_server: int) -> Iterator[Shop]:
    with mariadb.database(mariadb_server) as name:
        shop = Shop(*(mariadb.url(mariadb_server, name, driver) for driver in ("aiomysql", "pymysql")))
        shop.meanwhile(*filter(None, SCHEMA.strip().split(";\n")))
        yield shop


@pytest.fixture(params=["sqlite", "asyncpg", "psycopg", "aiomysql"])
def shop(request: pytest.FixtureRequest) -> Shop:
    """The shop on each database and driver."""
    kind = {"sqlite": "sqlite", "aiomysql": "mariadb"}.get(request.param, "postgres")
    found = cast("Shop", request.getfixturevalue(f"{kind}_shop"))
    return found.by("psycopg") if request.param == "psycopg" else found


@pytest.fixture(params=["postgres", "mariadb"])
def served_shop(request: pytest.FixtureRequest) -> Shop:
    """The shop on the databases that are servers."""
    return cast("Shop", request.getfixturevalue(f"{request.param}_shop"))

"""A database of its own for each case, on servers of the session, and the plain witness beside it."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Protocol

import psycopg
import pytest

from tests.oracles import plain
from tests.oracles.judge import Place
from tests.support import dump, mariadb, postgres, witness, witness_mariadb

_HOMES = """
SELECT CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END, r.relname
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class r ON r.oid = CASE WHEN c.relispartition THEN pg_partition_root(c.oid) ELSE c.oid END
WHERE c.relkind = 'r' AND (c.relispartition OR n.nspname <> 'public' AND pg_table_is_visible(c.oid))"""


class Ground(Protocol):
    """Makes the place of one case from its schema and rows."""

    def __call__(self, schema: str) -> AbstractContextManager[Place]: ...


@pytest.fixture(scope="session")
def on_postgres(postgres_server: Path) -> Ground:
    @contextmanager
    def ground(schema: str, driver: str = "asyncpg") -> Iterator[Place]:
        with postgres.database(postgres_server) as name:
            address = postgres.url(postgres_server, name)

            def execute(statements: str) -> None:
                with psycopg.connect(address, autocommit=True) as conn:
                    conn.execute(statements.encode())

            def homes() -> dict[str, str]:
                with psycopg.connect(address) as conn:
                    return dict(conn.execute(_HOMES).fetchall())

            execute(schema)
            url = postgres.url(postgres_server, name, driver)
            yield Place(
                url=url,
                execute=execute,
                dump=lambda: dump.of_postgres(address),
                homes=homes,
                plain=lambda keep: plain.of_postgres(address, keep=keep),
                witness=lambda: witness.of_postgres(address),
            )

    return ground


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[int]:
    with mariadb.server(logs=True) as port:
        yield port


@pytest.fixture(scope="session")
def on_mariadb(mariadb_server: int) -> Ground:
    @contextmanager
    def ground(schema: str) -> Iterator[Place]:
        with mariadb.database(mariadb_server) as name:

            def execute(statements: str) -> None:
                with mariadb.connected(mariadb_server) as conn:
                    mariadb.execute(conn, f"USE {name}", *filter(str.strip, statements.split(";")))

            execute(schema)
            url = mariadb.url(mariadb_server, name)
            yield Place(
                url=url,
                execute=execute,
                dump=lambda: dump.of_mariadb(mariadb_server, name),
                plain=lambda keep: plain.of_mariadb(mariadb_server, name, keep=keep),
                witness=lambda: witness_mariadb.of_mariadb(mariadb_server, name),
            )

    return ground


@pytest.fixture(scope="session")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    @contextmanager
    def ground(schema: str) -> Iterator[Place]:
        path = tmp_path_factory.mktemp("case") / "case.db"

        def execute(statements: str) -> None:
            with closing(sqlite3.connect(path)) as conn:
                conn.executescript(statements)

        execute(schema)
        yield Place(
            url=f"sqlite+aiosqlite:///{path}",
            execute=execute,
            dump=lambda: dump.of_sqlite(path),
            plain=lambda keep: plain.of_sqlite(path, keep=keep),
            witness=lambda: witness.of_sqlite(path),
        )

    return ground

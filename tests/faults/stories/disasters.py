"""What befalls a town's database: it is cut off, away, or comes back from a backup. Whoever judges looks on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from tests.faults.stories.processes import PATH

JUDGE = "judge"
"""What PostgreSQL calls the connections of whoever judges."""
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND application_name <> %s"
AWAY = 2.0
"""Seconds for which a database lets nobody in."""


def as_judge(connection: Any, _record: object) -> None:
    """For SQLAlchemy's event: this connection is the judge's."""
    with closing(connection.cursor()) as cursor:
        cursor.execute(f"SET application_name TO {JUDGE}")
    connection.commit()


def put_file_back(kept: Path, place: Path) -> None:
    """SQLite's, as docs/operations.md says."""
    for suffix in ("", "-wal", "-shm"):
        place.with_name(f"{place.name}{suffix}").unlink(missing_ok=True)
    kept.rename(place)


@dataclass(frozen=True)
class Server:
    """PostgreSQL's, with the town's database."""

    url: str

    async def cut(self) -> None:
        """Every connection of the bots' to this database."""
        async with self._asked() as conn:
            await conn.execute(CUT, [make_url(self.url).database, JUDGE])

    async def restart(self) -> None:
        """As its restart: nobody is let in for a while."""
        name = make_url(self.url).database
        async with self._asked() as conn:
            await conn.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
            await self.cut()
            await asyncio.sleep(AWAY)
            await conn.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())

    async def put_back(self, kept: Path) -> None:
        """The dump takes the place of what is there."""
        at = make_url(self.url).set(drivername="postgresql")
        async with self._asked() as conn:
            await conn.execute(f"DROP DATABASE {at.database} WITH (FORCE)".encode())
            await conn.execute(f"CREATE DATABASE {at.database}".encode())
        command = ("pg_restore", "--no-owner", f"--dbname={at.render_as_string(hide_password=False)}", str(kept))
        ran = await asyncio.create_subprocess_exec(*command, env={"PATH": PATH})
        assert await ran.wait() == 0

    @asynccontextmanager
    async def _asked(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        url = make_url(self.url).set(drivername="postgresql", database="postgres")
        text = url.render_as_string(hide_password=False)
        async with await psycopg.AsyncConnection.connect(text, autocommit=True) as conn:
            yield conn

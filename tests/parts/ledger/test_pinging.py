"""A connection of the pool is asked whether its server is there only where it has rested, and one that is dead is never used."""

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import text

from bot.ledger.db import engine as engines
from bot.ledger.db.engine import Database
from tests.support.stores import Store

HEARD = pytest.mark.parametrize("where", ["postgresql"], indirect=True)
SERVERS = pytest.mark.parametrize("where", ["postgresql", "psycopg"], indirect=True)
KILL = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
)


async def answers(db: Database) -> int:
    async with db.read() as conn:
        return int((await conn.execute(text("SELECT 1"))).scalar_one())


@pytest.fixture
def pings(store: Store, monkeypatch: pytest.MonkeyPatch) -> Callable[[Database], list[None]]:
    def counted(db: Database) -> list[None]:
        found, ping = list[None](), db.engine.dialect.do_ping

        def asked(connection: object) -> bool:
            found.append(None)
            return bool(ping(connection))  # type: ignore[arg-type] # as it was given

        monkeypatch.setattr(db.engine.dialect, "do_ping", asked)
        return found

    return counted


@HEARD
async def test_what_was_used_just_now_is_not_asked(store: Store, pings: Callable[[Database], list[None]]) -> None:
    db = store.database()
    asked = pings(db)
    for _ in range(5):
        assert await answers(db) == 1
    assert asked == []


@HEARD
async def test_what_rested_is_asked(
    store: Store, pings: Callable[[Database], list[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "RESTED", 0.0)
    db = store.database()
    asked = pings(db)
    for _ in range(5):
        assert await answers(db) == 1
    assert len(asked) == 4


@SERVERS
@pytest.mark.parametrize("rested", [0.0, 60.0])
async def test_after_the_server_cut_all_connections_the_next_statement_goes_through(
    store: Store, monkeypatch: pytest.MonkeyPatch, rested: float
) -> None:
    db, other = store.database(), store.database()
    await asyncio.gather(*(answers(db) for _ in range(4)))
    async with other.read() as conn:
        await conn.execute(KILL)
    await asyncio.sleep(0.1)
    monkeypatch.setattr(engines, "RESTED", rested)
    assert [await answers(db) for _ in range(6)] == [1] * 6

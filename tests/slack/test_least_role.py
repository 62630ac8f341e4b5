"""The real bot under the role that `makegood migrate --grants` describes: it works, and can change no entry."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bot.ledger.db.guards import FOREVER, grants
from bot.ledger.db.tables import SEARCH, metadata
from bot.ledger.verify import verify
from tests.slack.house import House
from tests.support import postgres

ROLE = 'makegood"bot'


@pytest.fixture
def store() -> str:
    return "postgresql"


@pytest.fixture
def database_url(postgres_server: Path, empty_postgres: str) -> Iterator[str]:
    with postgres.database(postgres_server, empty_postgres) as name:
        quoted = ROLE.replace('"', '""')
        with psycopg.connect(postgres.url(postgres_server, name), autocommit=True) as conn:
            conn.execute(f'CREATE ROLE "{quoted}" LOGIN'.encode())
            for line in grants(ROLE, sorted({*metadata.tables, SEARCH} - set(FOREVER))):
                conn.execute(line.encode())
        yield postgres.url(postgres_server, name, "asyncpg").replace("postgres:@", "makegood%22bot:@")
        with psycopg.connect(postgres.url(postgres_server, name), autocommit=True) as conn:
            conn.execute(f'DROP OWNED BY "{quoted}"'.encode())
            conn.execute(f'DROP ROLE "{quoted}"'.encode())


async def test_a_story_is_told_and_no_entry_can_be_changed(house: House) -> None:
    card, dana = await house.alarm(email="mia@studio.example"), house.person("Dana")
    await card.button("Claim").click(by=dana)
    await dana.types("/bug works BUG-1", in_=house.errors)
    await card.thread.expect("works")
    await house.quiet()
    db = house.bot.ledger.db
    for table in FOREVER:
        for attack in (
            f"UPDATE {table} SET team = 'T0'",
            f"DELETE FROM {table}",
            f"TRUNCATE {table}",
            f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            f"DROP TABLE {table}",
        ):
            with pytest.raises(Exception, match=r"permission denied|must be owner"):
                async with db.write() as conn:
                    await conn.exec_driver_sql(attack)
    assert await verify(house.bot.ledger) == 1

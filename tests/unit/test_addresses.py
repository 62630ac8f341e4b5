"""An address of a database is taken as hosts hand it out, and what its driver would not understand is said at once."""

from inspect import signature

import aiomysql
import asyncpg
import pytest
from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from bot.outgoing.address import usable

HANDED_OUT = (
    "postgres://u:p%40ss@ec2-1.compute.example:5432/d1",
    "postgres://u:p%40ss@ec2-1.compute.example:5432/d1?sslmode=require",
    "postgresql://u:p%40ss@ep-cool-1.neon.example/neondb?sslmode=require&channel_binding=require",
    "postgresql://postgres.ref:p%40ss@pooler.supabase.example:6543/postgres",
    "postgresql+asyncpg://u:p%40ss@db.ondigitalocean.example:25060/defaultdb?sslmode=require",
    "postgresql+asyncpg://u:p%40ss@db/d?ssl=verify-full",
    "postgresql+psycopg://u:p%40ss@db/d?sslmode=verify-full&sslrootcert=%2Fca.pem&connect_timeout=5",
    "mysql://u:p%40ss@containers.railway.example:6543/railway",
    "mariadb://u:p%40ss@db/d?charset=utf8mb4",
)


@pytest.mark.parametrize("address", HANDED_OUT)
async def test_what_a_host_hands_out_is_understood_by_the_driver_itself(address: str) -> None:
    engine = create_async_engine(usable(address))
    _, named = engine.dialect.create_connect_args(engine.url)
    match engine.dialect.driver:
        case "asyncpg":
            signature(asyncpg.connect).bind(**named)
        case "aiomysql":
            signature(aiomysql.connect).bind(**named)
        case _:
            make_conninfo("", **{name: value for name, value in named.items() if name != "context"})
    assert make_url(usable(address)).password == "p@ss"
    await engine.dispose()


def test_encryption_that_the_address_asks_for_is_asked_of_the_driver() -> None:
    assert make_url(usable("postgresql+asyncpg://u:p@db/d?sslmode=require")).query == {"ssl": "require"}
    assert make_url(usable("postgres://u:p@db/d?sslmode=require")).query == {"sslmode": "require"}


def test_what_needs_no_change_stays_letter_for_letter() -> None:
    address = "postgresql+asyncpg://u:p%2Bss@db/d"
    assert usable(address) is address


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("shop", "write an address"),
        ("postgresql://u:swordfish@db:port/d", "write an address"),
        ("mongodb://u:swordfish@db/d", "there is no driver for mongodb://"),
        ("mysql+mysqldb://u:swordfish@db/d", "there is no driver for mysql+mysqldb://"),
        ("postgresql+asyncpg://u:swordfish@db/d?channel_binding=require", "begin it with postgresql+psycopg://"),
        ("mysql://u:swordfish@db/d?ssl-mode=REQUIRED", "aiomysql does not know ssl-mode="),
    ],
)
def test_what_no_driver_takes_is_said_without_its_password(address: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"address|driver|know") as told:
        usable(address)
    assert said in str(told.value)
    assert "swordfish" not in str(told.value)

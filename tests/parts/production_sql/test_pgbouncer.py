"""PostgreSQL behind PgBouncer in transaction mode, where a prepared statement with a name would be lost or met again."""

import asyncio
from pathlib import Path

import sqlalchemy as sa

from bot.production.sql.session import TargetDatabase
from tests.parts.production_sql.shop import MENU_13, Follower, Shop, run_ref
from tests.support import pgbouncer


def _behind(shop: Shop, port: int) -> Shop:
    database = str(sa.make_url(shop.url).database)
    return Shop(f"postgresql+asyncpg://postgres:x@127.0.0.1:{port}/{database}", shop._direct)


async def test_fixes_and_looks_work_behind_pgbouncer(postgres_shop: Shop, postgres_server: Path) -> None:
    with pgbouncer.before(postgres_server) as port:
        engine = _behind(postgres_shop, port).engine()
        before = postgres_shop.everything()
        for number in range(3, 7):
            preview = await engine.preview("delete-row", MENU_13, run_ref(number))
            await asyncio.gather(*(engine.look("customer-account", {"email": "ann@example.com"}) for _ in range(4)))
            done = await engine.run("delete-row", MENU_13, preview, run_ref(number), Follower())
            assert done.state == "succeeded", done
            back = await engine.undo_preview("delete-row", MENU_13, done.image, run_ref(number + 10))
            undone = await engine.undo("delete-row", MENU_13, done.image, back, run_ref(number + 10), Follower())
            assert undone.state == "succeeded", undone
        await engine.close()
    assert postgres_shop.everything() == before


async def _named(shop: Shop) -> int:
    """How many prepared statements with a name a connection leaves on its server."""
    database = TargetDatabase(shop.target())
    async with database.reading("makegood names") as session:
        for _ in range(7):
            await session.conn.execute(sa.text("SELECT 1"))
        left = await session.conn.scalar(sa.text("SELECT count(*) FROM pg_prepared_statements WHERE name <> ''"))
    await database.close()
    return int(left)


async def test_no_prepared_statement_has_a_name_behind_pgbouncer(postgres_shop: Shop, postgres_server: Path) -> None:
    with pgbouncer.before(postgres_server) as port:
        assert await _named(_behind(postgres_shop, port)) == 0


async def test_a_server_that_is_reached_directly_keeps_them(postgres_shop: Shop) -> None:
    assert await _named(postgres_shop) > 1


async def test_what_it_keeps_follows_a_table_that_changes(postgres_shop: Shop) -> None:
    engine = postgres_shop.engine()
    for change in (
        "ALTER TABLE menus ALTER hits TYPE bigint",
        "ALTER TABLE menus ADD note text",
        "ALTER TABLE menus ALTER id TYPE bigint",
        "ALTER TABLE menus DROP note",
    ):
        preview = await engine.preview("delete-row", MENU_13, run_ref(3))
        done = await engine.run("delete-row", MENU_13, preview, run_ref(3), Follower())
        assert done.state == "succeeded", done
        back = await engine.undo_preview("delete-row", MENU_13, done.image, run_ref(4))
        undone = await engine.undo("delete-row", MENU_13, done.image, back, run_ref(4), Follower())
        assert undone.state == "succeeded", undone
        postgres_shop.meanwhile(change)
    await engine.close()

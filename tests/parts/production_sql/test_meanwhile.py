"""What happens to a database between the preview and the run, and how long it is waited for."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from bot.bug.errors import Rejected
from bot.production.sql.session import TargetDatabase
from tests.parts.production_sql.shop import MENU_13, Follower, Shop, run_ref

ENDS = {
    "postgresql": "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    "mysql": "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()",
}
TRIGGERS = {
    "sqlite": ["CREATE TRIGGER late AFTER DELETE ON menus BEGIN UPDATE jobs SET status = 'x'; END"],
    "postgresql": [
        "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
        "CREATE TRIGGER late BEFORE DELETE ON menus FOR EACH ROW EXECUTE FUNCTION touch()",
    ],
    "mysql": ["CREATE TRIGGER late AFTER DELETE ON menus FOR EACH ROW SET @seen = 1"],
}
HEAVY = '''"""Takes for ever."""

from typing import Any

from sqlalchemy import Select, func, select

from bot.production.action import Look
from bot.production.tables import Tables


class Heavy(Look):
    """Every menu with every other, many times over."""

    def query(self, tables: Tables) -> Select[Any]:
        many = [tables["menus"].alias() for _ in range(18)]
        apart = [one.c.id != other.c.id + 100 for one, other in zip(many, many[1:])]
        return select(func.sum(many[0].c.id + many[17].c.id)).where(*apart)
'''


def _end_connections(shop: Shop) -> None:
    """As a restart of the server does."""
    ended = shop.rows(ENDS[shop.kind])
    assert ended
    if shop.kind == "mysql":
        shop.meanwhile(*(f"KILL {number}" for (number,) in ended))


async def test_connections_that_ended_since_the_preview_are_replaced_unseen(served_shop: Shop) -> None:
    engine = served_shop.engine()
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    _end_connections(served_shop)
    again = await engine.preview("delete-row", MENU_13, run_ref())
    assert again.digest == preview.digest
    outcome = await engine.run("delete-row", MENU_13, preview, run_ref(), Follower())
    await engine.close()
    assert outcome.state == "succeeded", outcome


async def test_a_trigger_added_since_the_approval_stops_what_was_to_be_undoable(shop: Shop) -> None:
    engine, follower = shop.engine(), Follower()
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    shop.meanwhile(*TRIGGERS[shop.kind])
    outcome = await engine.run("delete-row", MENU_13, preview, run_ref(), follower)
    await engine.close()
    assert outcome.state == "lapsed"
    assert (
        "It was approved as something that can be undone. Cannot be undone: menus has a trigger (late)"
        in outcome.summary
    )
    assert len(shop.rows("SELECT id FROM menus")) == 3


async def test_a_look_that_takes_too_long_is_ended_by_the_database(served_shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "heavy.py").write_text(HEAVY)
    engine = served_shop.engine(tmp_path, statement_timeout=1, lock_timeout=20)
    with pytest.raises(Rejected, match="it took longer than the target's statement_timeout allows"):
        await engine.look("heavy", {})
    await engine.close()


async def test_what_only_reads_cannot_write(shop: Shop) -> None:
    database = TargetDatabase(shop.target())
    with pytest.raises(DBAPIError):
        async with database.reading("makegood look") as session:
            await session.conn.execute(sa.text("UPDATE menus SET title = 'Brunch'"))
    await database.close()
    assert shop.rows("SELECT title FROM menus WHERE id = 13") == [("Breakfast",)]

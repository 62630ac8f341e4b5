"""What the database makes of a statement is shown first: expressions, its clock, triggers and rules."""

from pathlib import Path

from tests.parts.production_sql.own import own, through
from tests.parts.production_sql.shop import MENU_13, Follower, Shop, run_ref


async def test_an_expression_is_shown_as_the_value_that_it_gives(shop: Shop, tmp_path: Path) -> None:
    menus = 'update(tables["menus"]).where(tables.key("menus") == 13)'
    folder = own(
        tmp_path, f'{menus}.values(hits=tables["menus"].c.hits + 2, title=func.upper(tables["menus"].c.title))'
    )
    engine = shop.engine(folder)
    preview = await engine.preview("own", {}, run_ref())
    await engine.close()
    after = preview.rows[0].after or {}
    assert (after["hits"], after["title"]) == ("5", "BREAKFAST")


async def test_a_column_set_from_the_databases_clock_may_differ_from_the_preview(shop: Shop, tmp_path: Path) -> None:
    jobs = 'update(tables["jobs"]).where(tables.key("jobs") == 1)'
    engine, image = await through(
        shop, own(tmp_path, f'{jobs}.values(updated_at=func.current_timestamp(), status="sent")')
    )
    await engine.close()
    assert image is not None
    assert shop.rows("SELECT status FROM jobs WHERE id = 1") == [("sent",)]


async def test_a_rehearsal_shows_what_the_database_makes_of_it_and_leaves_nothing(shop: Shop, tmp_path: Path) -> None:
    before = shop.everything()
    folder = own(tmp_path, 'insert(tables["menus"]).values(id=50, title="New")', "rehearse = True")
    engine = shop.engine(folder)
    preview = await engine.preview("own", {}, run_ref())
    await engine.close()
    assert (preview.rows[0].after or {})["hits"] == "0"
    assert shop.everything() == before


SECRET = """
from pydantic import SecretStr
from sqlalchemy import insert
from bot.api import Risk, SqlAction


class Own(SqlAction):
    "Makes a menu with a secret name."

    risk = Risk.LOW
    rehearse = True
    name: SecretStr

    def statement(self, tables):
        return insert(tables["menus"]).values(id=50, title=self.name.get_secret_value())
"""


async def test_a_rehearsal_shows_no_secret_that_was_typed(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(SECRET)
    engine = shop.engine(tmp_path)
    preview = await engine.preview("own", {"name": "tr0ub4dor"}, run_ref())
    await engine.close()
    assert (preview.rows[0].after or {})["hits"] == "0"
    assert "tr0ub4dor" not in preview.to_json()


async def test_a_trigger_or_rule_of_postgresql_makes_it_irrevocable(postgres_shop: Shop) -> None:
    postgres_shop.meanwhile(
        "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
        "CREATE TRIGGER touched BEFORE DELETE ON item_photos FOR EACH ROW EXECUTE FUNCTION touch()",
    )
    engine = postgres_shop.engine()
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    await engine.close()
    assert not preview.undoable
    assert "item_photos has a trigger (touched)" in preview.undo_note


async def test_the_statement_carries_the_bug_and_the_connection_its_name(postgres_shop: Shop) -> None:
    engine = postgres_shop.engine()
    preview = await engine.preview("delete-row", MENU_13, run_ref())

    class Asks(Follower):
        async def keep(self, image: bytes) -> None:
            await super().keep(image)
            self.told += [
                f"{name}: {query}"
                for name, query in postgres_shop.rows("SELECT application_name, query FROM pg_stat_activity")
            ]

    asks = Asks()
    await engine.run("delete-row", MENU_13, preview, run_ref(), asks)
    await engine.close()
    assert any(line.startswith("makegood BUG-17 run 3:") for line in asks.told)

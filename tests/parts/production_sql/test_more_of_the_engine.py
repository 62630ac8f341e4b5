"""Inserts, rehearsals, triggers, several targets, menus and checks on a real database."""

from pathlib import Path

import pytest

from bot import outgoing, shipped
from bot.bug.errors import Invalid, Misconfigured, Refused
from bot.production.catalogue import Catalogue
from bot.production.engine import Engine
from bot.production.probe import probe
from bot.settings import ProbeSettings
from tests.parts.production_sql.shop import MENU_13, TABLES, Follower, Shop, run_ref

OWN = '''"""An action of one's own."""

from sqlalchemy import Insert, Update, func, insert, update

from bot.production.action import Risk, SqlAction
from bot.production.tables import Tables


class Own(SqlAction):
    """What this story needs."""

    risk = Risk.LOW
    {options}

    def statement(self, tables: Tables) -> Insert | Update:
        return {statement}
'''

GIVEN = {
    "sqlite": "integer",
    "postgresql": "bigint GENERATED ALWAYS AS IDENTITY",
    "mysql": "bigint AUTO_INCREMENT",
}
"""A key that the database gives."""


def _own(folder: Path, statement: str, options: str = "") -> Path:
    (folder / "own.py").write_text(OWN.format(statement=statement, options=options))
    return folder


async def _through(shop: Shop, folder: Path) -> tuple[Engine, bytes | None]:
    engine = shop.engine(folder)
    preview = await engine.preview("own", {}, run_ref())
    outcome = await engine.run("own", {}, preview, run_ref(), Follower())
    assert outcome.state == "succeeded", outcome
    return engine, outcome.image


async def test_an_insert_is_undone_by_taking_the_row_away(shop: Shop, tmp_path: Path) -> None:
    before = shop.everything()
    engine, image = await _through(shop, _own(tmp_path, 'insert(tables["notes"]).values(id=7, menu_id=13, said="new")'))
    assert shop.rows("SELECT said FROM notes WHERE id = 7") == [("new",)]
    back = await engine.undo_preview("own", {}, image, run_ref(4))
    undone = await engine.undo("own", {}, image, back, run_ref(4), Follower())
    await engine.close()
    assert undone.state == "succeeded", undone
    assert shop.everything() == before


async def test_an_insert_whose_key_the_database_gives_is_undone_too(shop: Shop, tmp_path: Path) -> None:
    shop.meanwhile(f"CREATE TABLE logs (id {GIVEN[shop.kind]} PRIMARY KEY, said text, level integer DEFAULT 2)")
    folder = _own(tmp_path, 'insert(tables["logs"]).values(said="here")')
    engine = shop.engine(folder, tables={"logs": "id"})
    preview = await engine.preview("own", {}, run_ref())
    outcome = await engine.run("own", {}, preview, run_ref(), Follower())
    assert shop.rows("SELECT said, level FROM logs") == [("here", 2)]
    assert "The database gives the new row its key" in preview.warnings[0]
    back = await engine.undo_preview("own", {}, outcome.image, run_ref(4))
    await engine.undo("own", {}, outcome.image, back, run_ref(4), Follower())
    await engine.close()
    assert shop.rows("SELECT * FROM logs") == []


async def test_an_inserted_row_that_others_hang_on_by_now_is_not_taken_away(shop: Shop, tmp_path: Path) -> None:
    engine, image = await _through(shop, _own(tmp_path, 'insert(tables["menus"]).values(id=50, title="New", hits=0)'))
    shop.meanwhile("INSERT INTO menu_items VALUES (50, 50, 'Tea')")
    with pytest.raises(Refused, match="other rows have come to hang on the inserted row"):
        await engine.undo_preview("own", {}, image, run_ref(4))
    await engine.close()


async def test_rows_whose_foreign_keys_form_a_circle_come_back_and_go_again(shop: Shop) -> None:
    shop.meanwhile(
        "ALTER TABLE menus ADD COLUMN first_item integer REFERENCES menu_items (id) ON DELETE SET NULL",
        "UPDATE menus SET first_item = 2 WHERE id = 13",
    )
    before = shop.everything()
    engine, follower = shop.engine(), Follower()
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    deleted = await engine.run("delete-row", MENU_13, preview, run_ref(), follower)
    after = shop.everything()
    back = await engine.undo_preview("delete-row", MENU_13, deleted.image, run_ref(4))
    undone = await engine.undo("delete-row", MENU_13, deleted.image, back, run_ref(4), follower)
    assert undone.state == "succeeded", undone
    assert shop.everything() == before
    again = await engine.undo_preview("delete-row", MENU_13, undone.image, run_ref(5))
    redone = await engine.undo("delete-row", MENU_13, undone.image, again, run_ref(5), follower)
    await engine.close()
    assert redone.state == "succeeded", redone
    assert shop.everything() == after


async def test_rows_that_would_get_a_default_are_to_be_dealt_with_first(postgres_shop: Shop) -> None:
    postgres_shop.meanwhile(
        "ALTER TABLE orders DROP CONSTRAINT orders_menu_id_fkey, ALTER menu_id SET DEFAULT 14",
        "ALTER TABLE orders ADD FOREIGN KEY (menu_id) REFERENCES menus (id) ON DELETE SET DEFAULT",
    )
    engine = postgres_shop.engine()
    with pytest.raises(Refused, match="Set menu_id of that row first, with a fix of its own; then this one"):
        await engine.preview("delete-row", {"table": "menus", "id": "15"}, run_ref())
    await engine.close()


async def test_an_expression_is_shown_as_the_value_that_it_gives(shop: Shop, tmp_path: Path) -> None:
    menus = 'update(tables["menus"]).where(tables.key("menus") == 13)'
    folder = _own(
        tmp_path, f'{menus}.values(hits=tables["menus"].c.hits + 2, title=func.upper(tables["menus"].c.title))'
    )
    engine = shop.engine(folder)
    preview = await engine.preview("own", {}, run_ref())
    await engine.close()
    after = preview.rows[0].after or {}
    assert (after["hits"], after["title"]) == ("5", "BREAKFAST")


async def test_a_column_set_from_the_databases_clock_may_differ_from_the_preview(shop: Shop, tmp_path: Path) -> None:
    jobs = 'update(tables["jobs"]).where(tables.key("jobs") == 1)'
    engine, image = await _through(
        shop, _own(tmp_path, f'{jobs}.values(updated_at=func.current_timestamp(), status="sent")')
    )
    await engine.close()
    assert image is not None
    assert shop.rows("SELECT status FROM jobs WHERE id = 1") == [("sent",)]


async def test_a_rehearsal_shows_what_the_database_makes_of_it_and_leaves_nothing(shop: Shop, tmp_path: Path) -> None:
    before = shop.everything()
    folder = _own(tmp_path, 'insert(tables["menus"]).values(id=50, title="New")', "rehearse = True")
    engine = shop.engine(folder)
    preview = await engine.preview("own", {}, run_ref())
    await engine.close()
    assert (preview.rows[0].after or {})["hits"] == "0"
    assert shop.everything() == before


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


async def test_a_preview_reads_on_the_replica_and_a_run_writes_on_the_first(sqlite_shop: Shop, tmp_path: Path) -> None:
    copy = tmp_path / "replica.db"
    sqlite_shop.meanwhile(f"VACUUM INTO '{copy}'")
    replica = Shop(f"sqlite+aiosqlite:///{copy}", f"sqlite:///{copy}")
    replica.meanwhile("UPDATE menus SET title = 'Old breakfast' WHERE id = 13")
    engine = sqlite_shop.engine(read_url=replica.url)
    preview = await engine.preview("delete-row", MENU_13, run_ref())
    outcome = await engine.run("delete-row", MENU_13, preview, run_ref(), Follower())
    await engine.close()
    assert (preview.rows[0].before or {})["title"] == "Old breakfast"
    assert outcome.state == "lapsed"


async def test_where_several_targets_fit_the_form_asks_which(sqlite_shop: Shop) -> None:
    targets = {"shop": sqlite_shop.target(), "crm": sqlite_shop.target(name="crm")}
    engine = Engine(Catalogue.load(), targets)
    assert engine.fields("delete-row")[0].choices == ("shop", "crm")
    assert engine.fields("delete-row")[1].choices == tuple(TABLES)
    with pytest.raises(Invalid) as refusal:
        await engine.preview("delete-row", MENU_13, run_ref())
    assert refusal.value.fields == {"target": "Choose one of: shop, crm."}
    preview = await engine.preview("delete-row", {**MENU_13, "target": "crm"}, run_ref())
    with pytest.raises(Refused, match="What was approved is delete-row on crm, not delete-row on shop"):
        await engine.run("delete-row", {**MENU_13, "target": "shop"}, preview, run_ref(), Follower())
    await engine.close()


async def test_the_errors_own_data_fills_the_parameters(sqlite_shop: Shop) -> None:
    engine = sqlite_shop.engine()
    assert engine.suggest("delete-row", {"metaData.crud.id": "13", "user.id": "4"}) == {"id": "13"}
    await engine.close()


async def test_a_menu_is_filled_by_a_look(sqlite_shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "all_menus.py").write_text(
        (shipped.ACTIONS / "rows_behind_page.py")
        .read_text()
        .replace("account: str = Field(", 'account: str = Field(default="1", ')
    )
    (tmp_path / "chooses.py").write_text('''"""Chooses."""
from typing import Annotated
from sqlalchemy import Delete, delete
from bot.production.action import FromLook, Risk, SqlAction
from bot.production.tables import Tables

class Chooses(SqlAction):
    """Delete a menu by its name."""

    risk = Risk.LOW
    menu: Annotated[int, FromLook(look="all-menus", value="id", label="title")]

    def statement(self, tables: Tables) -> Delete:
        return delete(tables["menus"]).where(tables.key("menus") == self.menu)
''')
    engine = sqlite_shop.engine(tmp_path)
    assert await engine.menu("chooses", "menu") == (("14", "Lunch"), ("13", "Breakfast"))
    await engine.close()


async def test_an_actions_own_check_counts_what_still_shows_the_problem(shop: Shop) -> None:
    job = {"table": "jobs", "id": "1"}
    engine = shop.engine()
    assert await engine.check("resend", job) == 1
    shop.meanwhile("UPDATE jobs SET status = 'sent' WHERE id = 1")
    assert await engine.check("resend", job) == 0
    assert await engine.check("delete-row", MENU_13) is None
    await engine.close()


async def test_a_probe_by_a_look_tells_before_from_after(sqlite_shop: Shop) -> None:
    check = ProbeSettings(look="rows-behind-page", params={"account": "2"}, rows=0)
    engine = sqlite_shop.engine()
    async with outgoing.session() as http:
        before = await probe("Ben's menus", check, engine, http)
        sqlite_shop.meanwhile("DELETE FROM orders", "DELETE FROM menus WHERE account_id = 2")
        after = await probe("Ben's menus", check, engine, http)
    await engine.close()
    assert (before.ok, before.said) == (False, "has 1 row")
    assert (after.ok, after.said) == (True, "has 0 rows")


async def test_a_table_that_is_not_there_is_named_with_its_setting(shop: Shop) -> None:
    engine = shop.engine(tables={"menues": "id"})
    with pytest.raises(Misconfigured, match=r"\[targets.shop\] tables: the database has no table 'menues'"):
        await engine.preview("delete-row", {"table": "menues", "id": "1"}, run_ref())
    await engine.close()


async def test_a_key_that_does_not_tell_rows_apart_is_refused(shop: Shop) -> None:
    engine = shop.engine(tables={"menus": "account_id"})
    with pytest.raises(Misconfigured, match="does not tell the rows of menus apart"):
        await engine.preview("delete-row", MENU_13, run_ref())
    await engine.close()

"""What a form and a target are chosen from: several targets, a replica, the error's data, menus, tables and keys."""

from pathlib import Path

import pytest

from bot import shipped
from bot.bug.errors import Invalid, Misconfigured
from bot.production.catalogue.catalogue import Catalogue
from bot.production.engine import Engine
from tests.parts.production_sql.shop import MENU_13, TABLES, Follower, Shop, run_ref


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
    engine, before = Engine(Catalogue.load(), targets), sqlite_shop.everything()
    assert engine.fields("delete-row")[0].choices == ("shop", "crm")
    assert engine.fields("delete-row")[1].choices == tuple(TABLES)
    with pytest.raises(Invalid) as refusal:
        await engine.preview("delete-row", MENU_13, run_ref())
    assert refusal.value.fields == {"target": "Choose one of: shop, crm."}
    preview = await engine.preview("delete-row", {**MENU_13, "target": "crm"}, run_ref())
    elsewhere = await engine.run("delete-row", {**MENU_13, "target": "shop"}, preview, run_ref(), Follower())
    assert "What was approved is delete-row on crm, not delete-row on shop." in elsewhere.summary
    assert (elsewhere.state, sqlite_shop.everything()) == ("lapsed", before)
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

"""An insert, and its undo: the row is taken away where nothing hangs on it."""

from pathlib import Path

import pytest

from bot.bug.errors import Refused
from tests.parts.production_sql.own import own, through
from tests.parts.production_sql.shop import Follower, Shop, run_ref

GIVEN = {
    "sqlite": "integer",
    "postgresql": "bigint GENERATED ALWAYS AS IDENTITY",
    "mysql": "bigint AUTO_INCREMENT",
}
"""A key that the database gives."""


async def test_an_insert_is_undone_by_taking_the_row_away(shop: Shop, tmp_path: Path) -> None:
    before = shop.everything()
    engine, image = await through(shop, own(tmp_path, 'insert(tables["notes"]).values(id=7, menu_id=13, said="new")'))
    assert shop.rows("SELECT said FROM notes WHERE id = 7") == [("new",)]
    back = await engine.undo_preview("own", {}, image, run_ref(4))
    undone = await engine.undo("own", {}, image, back, run_ref(4), Follower())
    await engine.close()
    assert undone.state == "succeeded", undone
    assert shop.everything() == before


async def test_an_insert_whose_key_the_database_gives_is_undone_too(shop: Shop, tmp_path: Path) -> None:
    shop.meanwhile(f"CREATE TABLE logs (id {GIVEN[shop.kind]} PRIMARY KEY, said text, level integer DEFAULT 2)")
    folder = own(tmp_path, 'insert(tables["logs"]).values(said="here")')
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
    engine, image = await through(shop, own(tmp_path, 'insert(tables["menus"]).values(id=50, title="New", hits=0)'))
    shop.meanwhile("INSERT INTO menu_items VALUES (50, 50, 'Tea')")
    with pytest.raises(Refused, match="other rows have come to hang on the inserted row"):
        await engine.undo_preview("own", {}, image, run_ref(4))
    await engine.close()

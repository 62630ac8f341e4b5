"""Rows that hang on others: in a circle, or left with a default."""

import pytest

from bot.bug.errors import Refused
from tests.parts.production_sql.shop import MENU_13, Follower, Shop, run_ref


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


async def test_rows_that_would_get_another_default_each_time_are_to_be_dealt_with_first(postgres_shop: Shop) -> None:
    postgres_shop.meanwhile(
        "CREATE SEQUENCE counted START 14",
        "ALTER TABLE orders DROP CONSTRAINT orders_menu_id_fkey, ALTER menu_id SET DEFAULT nextval('counted')",
        "ALTER TABLE orders ADD FOREIGN KEY (menu_id) REFERENCES menus (id) ON DELETE SET DEFAULT",
    )
    engine = postgres_shop.engine()
    with pytest.raises(Refused, match="Set menu_id of that row first, with a fix of its own; then this one"):
        await engine.preview("delete-row", {"table": "menus", "id": "15"}, run_ref())
    await engine.close()

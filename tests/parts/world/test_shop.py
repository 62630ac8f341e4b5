"""QuickAdmin really breaks, and really works again once the row is gone or the release is out."""

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.demo.world.tables import BEN, MIA, OTTO
from tests.parts.world.scene import Scene


def delete_the_bad_row(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "shop.db")) as connection, connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("DELETE FROM menus WHERE id = 13")


async def test_the_project_page_offers_to_generate_and_shows_how_long_the_trial_lasts(scene: Scene) -> None:
    status, page = await scene.opens("/shop/")
    assert status == 200
    assert "Generate my admin panel" in page
    assert "Your trial ends on" in page


async def test_generating_fails_with_a_kind_page_that_shows_no_internals(scene: Scene) -> None:
    status, page = await scene.press("/shop/cruds/generate")
    assert status == 500
    assert "Something went wrong" in page
    assert "our fault, not yours" in page
    assert "KeyError" not in page


async def test_without_the_bad_row_the_panel_is_generated(scene: Scene, tmp_path: Path) -> None:
    await scene.press("/shop/cruds/generate")
    delete_the_bad_row(tmp_path)
    status, page = await scene.press("/shop/cruds/generate")
    assert status == 200
    assert "Your admin panel is ready" in page
    assert "Invoices" not in page


async def test_deleting_the_bad_row_takes_its_three_items_along(scene: Scene, tmp_path: Path) -> None:
    delete_the_bad_row(tmp_path)
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        assert connection.execute("SELECT count(*) FROM menu_items WHERE menu_id = 13").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM menu_items").fetchone() == (3,)


async def test_files_generated_on_the_host_repair_the_page_as_well(scene: Scene, tmp_path: Path) -> None:
    files = tmp_path / "host" / "files"
    files.mkdir(parents=True)
    (files / "menu-13.json").write_text('{"model": "Invoice", "fields": ["number"]}')
    status, page = await scene.press("/shop/cruds/generate")
    assert (status, "Invoices" in page) == (200, True)


async def test_other_customers_and_development_were_never_broken(scene: Scene) -> None:
    assert (await scene.opens(f"/shop/cruds/generate?as={OTTO}"))[0] == 200
    assert (await scene.opens(f"/shop/servers/new?as={OTTO}"))[0] == 200
    assert (await scene.opens(f"/shop-dev/cruds/generate?as={MIA}"))[0] == 200
    assert (await scene.opens(f"/shop-dev/servers/new?as={BEN}"))[0] == 200


async def test_a_probe_sees_the_error_but_nobody_is_alarmed_by_it(scene: Scene) -> None:
    assert (await scene.opens(f"/shop/cruds/generate?as={MIA}"))[0] == 500
    assert scene.world.parts.tracker.groups == {}
    assert scene.world.parts.shop.visits == []


async def test_a_probe_as_somebody_unknown_says_so(scene: Scene) -> None:
    status, text = await scene.opens("/shop/cruds/generate?as=nobody@nowhere.example")
    assert (status, text) == (404, "QuickAdmin has no customer nobody@nowhere.example.")


async def test_a_customer_with_five_servers_can_add_none_until_the_release_is_out(scene: Scene) -> None:
    await scene.world.choose("two")
    assert (await scene.press("/shop/servers", name="depot-east"))[0] == 500
    scene.world.parts.shop.roll_out("1.4.2")
    status, page = await scene.press("/shop/servers", name="depot-east")
    assert (status, "depot-east was added" in page) == (200, True)


async def test_what_a_customer_types_stays_text(scene: Scene) -> None:
    _, page = await scene.press("/shop/servers", name="<script>alert(1)</script>")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


async def test_a_fix_outlives_a_restart_and_a_reset_breaks_the_page_again(scene: Scene, tmp_path: Path) -> None:
    delete_the_bad_row(tmp_path)
    shop = scene.world.parts.shop
    await shop.stop()
    await shop.start()
    assert not await shop.broken(MIA)
    await scene.world.reset()
    assert await shop.broken(MIA)


async def test_health_and_the_static_files_are_served_and_nothing_else(scene: Scene) -> None:
    assert (await scene.opens("/shop/health"))[0] == 200
    assert (await scene.opens("/shop/static/chat.js"))[0] == 200
    assert (await scene.opens("/shop/static/home.html"))[0] == 404

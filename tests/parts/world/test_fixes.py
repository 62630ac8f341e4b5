"""What the bot ships repairs this shop: the world's settings, the catalogue's actions, the shop's own database."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.production.action import RunRef
from bot.production.catalogue.catalogue import Catalogue
from bot.production.engine import Engine
from bot.settings.settings import read
from tests.parts.world.scene import Scene

RUN = RunRef(bug="BUG-1", run=1, owner="U0DEV")
BAD_ROW = {"table": "menus", "id": "13"}


@dataclass
class Unwatched:
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    said: list[str] = field(default_factory=list)

    async def progress(self, text: str) -> None:
        self.said.append(text)

    async def begin(self, image: bytes) -> None:
        await self.keep(image)

    async def keep(self, image: bytes) -> None:
        self.said.append(f"{len(image)} bytes kept")


@pytest.fixture
async def engine(scene: Scene, tmp_path: Path) -> AsyncIterator[Engine]:
    file = tmp_path / "makegood.toml"
    file.write_text(scene.world.settings_toml())
    engine = Engine(Catalogue.load(), read(file, {})[0].targets)
    yield engine
    await engine.close()


async def test_delete_row_takes_the_bad_menu_with_its_items_and_the_page_works(scene: Scene, engine: Engine) -> None:
    preview = await engine.preview("delete-row", BAD_ROW, RUN)
    assert preview.count == 4
    assert (await scene.press("/shop/cruds/generate"))[0] == 500
    outcome = await engine.run("delete-row", BAD_ROW, preview, RUN, Unwatched())
    assert outcome.state == "succeeded"
    assert (await scene.press("/shop/cruds/generate"))[0] == 200


async def test_the_look_at_the_rows_behind_the_page_shows_the_menu_without_a_crud(engine: Engine) -> None:
    table = await engine.look("rows-behind-page", {"account": "1"})
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    assert [row["id"] for row in rows if not row["crud_id"] or row["crud_id"] == "NULL"] == ["13"]


async def test_the_look_at_the_customer_never_shows_the_password(engine: Engine) -> None:
    table = await engine.look("customer-account", {"email": "mia@studio.example"})
    assert "Mia Lindqvist" in table.rows[0]
    assert "password" not in table.columns


async def test_a_trial_can_be_extended_in_the_shops_own_database(scene: Scene, engine: Engine) -> None:
    values = {"account": "1", "until": "2030-01-31"}
    preview = await engine.preview("extend-trial", values, RUN)
    await engine.run("extend-trial", values, preview, RUN, Unwatched())
    assert "Your trial ends on 31 January" in (await scene.opens("/shop/"))[1]


async def test_regenerate_files_over_ssh_repairs_the_page_without_touching_the_database(
    scene: Scene, engine: Engine
) -> None:
    values = {"menu": "13"}
    preview = await engine.preview("regenerate-files", values, RUN)
    outcome = await engine.run("regenerate-files", values, preview, RUN, Unwatched())
    assert outcome.state == "succeeded"
    assert (await scene.press("/shop/cruds/generate"))[0] == 200


async def test_roll_out_follows_the_deployment_and_the_customer_can_add_a_server(scene: Scene, engine: Engine) -> None:
    await scene.world.choose("two")
    scene.world.parts.github.ends_after = 1
    preview = await engine.preview("roll-out", {"release": "1.4.2"}, RUN)
    outcome = await engine.run("roll-out", {"release": "1.4.2"}, preview, RUN, Unwatched())
    assert (outcome.state, scene.world.parts.shop.release) == ("succeeded", "1.4.2")
    assert (await scene.press("/shop/servers", name="depot-east"))[0] == 200


async def test_a_deployment_that_fails_changes_nothing(scene: Scene, engine: Engine) -> None:
    scene.world.parts.github.ends_after = 1
    scene.world.parts.github.ends_with = "failure"
    preview = await engine.preview("roll-out", {"release": "1.4.2"}, RUN)
    outcome = await engine.run("roll-out", {"release": "1.4.2"}, preview, RUN, Unwatched())
    assert (outcome.state, scene.world.parts.shop.release) == ("failed", "1.4.1")


async def test_a_one_time_link_opens_the_site_as_the_customer_once(scene: Scene, engine: Engine) -> None:
    values = {"email": "ben@fleet.example"}
    preview = await engine.preview("open-as-customer", values, RUN)
    outcome = await engine.run("open-as-customer", values, preview, RUN, Unwatched())
    [link] = re.findall(r"http://\S+/shop/enter/[\w-]+", outcome.detail)
    path = "/shop/" + link.partition("/shop/")[2]
    assert "Ben Okafor" in (await scene.opens(path))[1]
    assert (await scene.opens(path))[0] == 410


async def test_maintenance_is_for_those_with_the_token_and_for_accounts_that_exist(
    scene: Scene, engine: Engine
) -> None:
    values = {"task": "recount-usage", "account": "3"}
    preview = await engine.preview("maintenance-endpoint", values, RUN)
    assert (await engine.run("maintenance-endpoint", values, preview, RUN, Unwatched())).state == "succeeded"
    unknown = values | {"account": "99"}
    preview = await engine.preview("maintenance-endpoint", unknown, RUN)
    assert (await engine.run("maintenance-endpoint", unknown, preview, RUN, Unwatched())).state == "failed"
    assert (await scene.opens("/shop/backstage/maintenance/recount-usage/3"))[0] == 401

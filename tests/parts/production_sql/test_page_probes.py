"""Probes against a real page on loopback."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import outgoing
from bot.production.engine import Engine
from bot.production.probe import probe
from bot.settings import ProbeSettings
from tests.parts.production_sql.shop import Shop


@pytest.fixture
async def page() -> AsyncIterator[TestServer]:
    async def menu(request: web.Request) -> web.Response:
        return web.Response(status=int(request.query["status"]), text="Breakfast from 5.50")

    app = web.Application()
    app.router.add_get("/menus/13", menu)
    server = TestServer(app)
    await server.start_server()
    yield server
    await server.close()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with outgoing.session() as session:
        yield session


@pytest.fixture
async def looks(sqlite_shop: Shop) -> AsyncIterator[Engine]:
    engine = sqlite_shop.engine()
    yield engine
    await engine.close()


@pytest.mark.parametrize(
    ("status", "contains", "ok", "said"),
    [
        ("200", "Breakfast", True, "is 200"),
        ("500", "", False, "is 500"),
        ("200", "Lunch", False, "is 200 without “Lunch”"),
    ],
)
async def test_a_page_is_judged_by_its_status_and_its_words(
    status: str, contains: str, *, ok: bool, said: str, page: TestServer, looks: Engine, http: aiohttp.ClientSession
) -> None:
    check = ProbeSettings(url=str(page.make_url(f"/menus/13?status={status}")), contains=contains)
    result = await probe("menu", check, looks, http)
    assert (result.ok, result.said) == (ok, said)


async def test_a_page_that_cannot_be_reached_is_a_result_and_no_error(
    page: TestServer, looks: Engine, http: aiohttp.ClientSession
) -> None:
    url = str(page.make_url("/menus/13?status=200"))
    await page.close()
    result = await probe("menu", ProbeSettings(url=url), looks, http)
    assert (result.ok, result.said) == (False, "is not reachable")

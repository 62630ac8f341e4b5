"""Probes against a real page on loopback."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.outgoing import sessions
from bot.production.engine import Engine
from bot.production.probes.probe import probe
from bot.production.probes.settings import ProbeSettings
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
    async with sessions.pooled() as session:
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


async def test_the_bugs_own_page_is_asked_on_the_host_of_the_settings(
    page: TestServer, looks: Engine, http: aiohttp.ClientSession
) -> None:
    check = ProbeSettings(url=str(page.make_url("/")).rstrip("/") + "{page}")
    result = await probe("menu", check, looks, http, "https://evil.example/menus/13?status=500")
    assert (result.ok, result.said) == (False, "is 500")


async def test_a_page_that_hangs_is_answered_for(looks: Engine, http: aiohttp.ClientSession) -> None:
    """It sends its head and then nothing more."""

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nBreak")
        await reader.read()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1")
    port = server.sockets[0].getsockname()[1]
    result = await probe("menu", ProbeSettings(url=f"http://127.0.0.1:{port}/"), looks, http, limit=0.3)
    server.close()
    assert (result.ok, result.said, result.unknown) == (False, "gives no answer within 0.3 s", False)


async def test_a_probe_that_stumbles_is_answered_for(looks: Engine, http: aiohttp.ClientSession) -> None:
    check = ProbeSettings(url="http://127.0.0.1:1{page}")
    result = await probe("menu", check, looks, http, "http://[broken")
    assert (result.ok, result.unknown) == (False, True)


@pytest.mark.parametrize("url", ["https://{page}", "https://shop.example.com{page}/x", "https://me@{page}"])
def test_a_page_never_names_the_host(url: str) -> None:
    with pytest.raises(ValueError, match="behind the host"):
        ProbeSettings(url=url)


@pytest.mark.parametrize(
    ("page", "asked"),
    [
        ("https://evil.example/menus?id=1#x", "https://shop.example.com/menus?id=1"),
        (".evil.example/x", "https://shop.example.com/.evil.example/x"),
        ("@evil.example", "https://shop.example.com/@evil.example"),
        ("//evil.example/x", "https://shop.example.com/x"),
        ("", "https://shop.example.com/"),
    ],
)
def test_only_path_and_query_of_the_bugs_page_count(page: str, asked: str) -> None:
    assert ProbeSettings(url="https://shop.example.com{page}").address(page) == asked

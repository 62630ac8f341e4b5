"""A real Chromium before the demo's page, on the real local Slack, with a small bot behind it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.server import Demo, free_port
from bot.demo.slack.local import LocalSlack
from tests.browser.hands import COUNTING, Hands
from tests.browser.stage import CHANNELS, MANIFEST, PEOPLE, Outside, Stage, page_app

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
LONGEST_MS = 10_000


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(loop_scope="session")
async def slack() -> AsyncIterator[LocalSlack]:
    local = LocalSlack(people=PEOPLE, channels=CHANNELS, manifest=MANIFEST, rate_limits=False)
    await local.start()
    yield local
    await local.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def stage(slack: LocalSlack) -> AsyncIterator[Stage]:
    outside = Outside()
    runner = web.AppRunner(page_app(slack, outside), access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield Stage(url=f"http://127.0.0.1:{runner.addresses[0][1]}/", slack=slack, outside=outside)
    await outside.hang_up()
    await runner.cleanup()


@pytest.fixture
def client(slack: LocalSlack) -> AsyncWebClient:
    return AsyncWebClient(token="xoxb-local", base_url=slack.api_url, retry_handlers=[])


@pytest.fixture
def app(client: AsyncWebClient) -> AsyncApp:
    return AsyncApp(client=client)


@pytest_asyncio.fixture(loop_scope="session")
async def bot(app: AsyncApp, slack: LocalSlack) -> AsyncIterator[AsyncApp]:
    """The app with its socket open; a test adds listeners to it."""
    handler = AsyncSocketModeHandler(app, "xapp-local")
    await handler.connect_async()  # type: ignore[no-untyped-call]  # not annotated by the SDK
    await slack.wait_for(lambda: slack.connections, why="the app's socket is open")
    yield app
    await handler.close_async()  # type: ignore[no-untyped-call]  # not annotated by the SDK


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, stage: Stage) -> AsyncIterator[Page]:
    """The page, opened; what it complains about in its console fails the test."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(LONGEST_MS)
    opened, complaints = await context.new_page(), list[str]()
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    await opened.goto(stage.url)
    await opened.get_by_test_id("composer").wait_for()
    yield opened
    await context.close()
    assert complaints == []


@pytest_asyncio.fixture(loop_scope="session")
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    demo = Demo(free_port(), tmp_path / "demo")
    await demo.start()
    yield demo
    await demo.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def hands(browser: Browser, demo: Demo) -> AsyncIterator[Hands]:
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    await context.add_init_script(COUNTING)
    page, complaints = await context.new_page(), list[str]()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(demo.url)
    await page.get_by_test_id("composer").wait_for()
    yield Hands(page)
    await context.close()
    assert complaints == []

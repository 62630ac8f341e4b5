"""A whole world on loopback, and a small receiver in place of the bot."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack.local import LocalSlack
from bot.demo.slack.manifest import AppManifest
from bot.demo.slack.records import Person
from bot.demo.world.parts import under
from bot.demo.world.world import World
from tests.parts.world.scene import ERRORS, Receiver, Scene, listener_on_loopback, served


@pytest.fixture
async def bot() -> AsyncIterator[Receiver]:
    listener, url = listener_on_loopback()
    receiver = Receiver(url=url)
    app = web.Application()
    app.add_routes([web.post("/hooks/{source}/{token}", receiver.take)])
    runner = await served(app, listener)
    yield receiver
    await runner.cleanup()


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    dana = Person(id="U0DEV", name="Dana", email="dana@quickadmin.example", title="developer")
    slack = LocalSlack(
        people=[dana],
        channels={ERRORS: "errors"},
        manifest=AppManifest(scopes=frozenset({"chat:write"})),
        rate_limits=False,
    )
    yield slack
    await slack.stop()


@pytest.fixture
async def scene(tmp_path: Path, bot: Receiver, slack: LocalSlack) -> AsyncIterator[Scene]:
    listener, url = listener_on_loopback()
    forgotten: list[str] = []

    async def forget(world: Callable[[], Awaitable[None]]) -> None:
        forgotten.append("the bot's memory")
        await world()

    world = World(
        data_dir=tmp_path,
        base_url=url,
        bot_url=bot.url,
        slack=slack,
        channel=ERRORS,
        pauses=(0.01, 0.01),
        on_reset=forget,
    )
    app = web.Application()
    app.add_routes([*world.routes(), *under("/slack", slack.routes())])
    runner = await served(app, listener)
    await world.start()
    async with aiohttp.ClientSession(url) as http, aiohttp.ClientSession() as calls:
        makegood = AsyncWebClient("xoxb-local", base_url=f"{url}/slack/api/", session=calls)
        yield Scene(world=world, slack=slack, bot=bot, http=http, makegood=makegood, forgotten=forgotten)
    await world.stop()
    await runner.cleanup()

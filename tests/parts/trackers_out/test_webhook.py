"""People's own tools get every entry: signed, in order, with a key, and nothing that anybody wrote."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.bug.course import Fixed
from bot.bug.customers import CustomerJoined
from bot.bug.ownership import Claimed
from bot.bug.values import CustomerHint
from bot.ledger.entries import load
from bot.settings import WebhookSettings
from bot.sinks.webhook import WebhookSink
from tests.parts.trackers_out.conftest import Stage
from tests.support.stores import open_bug, person

SECRET = "a-secret-of-theirs"


class Tool:
    """A receiver as a team would write it; answers with each of `answers` first."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.got: list[tuple[str, dict[str, object]]] = []
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        raw = await request.read()
        expected = "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
        assert hmac.compare_digest(expected, request.headers["X-Makegood-Signature"])
        if self.answers:
            return web.Response(status=self.answers.pop(0))
        self.got.append((request.headers["X-Makegood-Key"], json.loads(raw)))
        return web.Response()

    @property
    def kinds(self) -> list[object]:
        return [body["kind"] for _key, body in self.got]


@pytest.fixture
async def tool() -> AsyncIterator[Tool]:
    tool, app = Tool(), web.Application()
    app.add_routes([web.post("/entries", tool.take)])
    async with TestServer(app) as server:
        tool.url = str(server.make_url("/entries"))
        yield tool


def sink(tool: Tool, http: aiohttp.ClientSession) -> WebhookSink:
    settings = WebhookSettings.model_validate({"url": tool.url, "secret": SECRET})
    return WebhookSink("metrics", settings, http)


async def story(stage: Stage) -> int:
    bug = await open_bug(stage.ledger)
    hint = CustomerHint(name="Mia", email="mia@studio.example")
    for event in (
        CustomerJoined(customer="c1", hint=hint, via="bugsnag"),
        Claimed(owner="U0DEV"),
        Fixed(how="word", said="works"),
    ):
        await stage.ledger.record(bug, lambda _b, event=event: event, by=person("U0DEV"))  # type: ignore[misc] # bound now
    return bug


async def test_every_entry_arrives_in_order_with_its_key(stage: Stage, tool: Tool, http: aiohttp.ClientSession) -> None:
    stage.follow(sink(tool, http))
    await story(stage)
    await stage.until(lambda: len(tool.got) >= 4)
    assert tool.kinds[:4] == ["opened", "customer_joined", "claimed", "fixed"]
    assert [key for key, _body in tool.got][:2] == ["T0LOCAL-BUG-1-1", "T0LOCAL-BUG-1-2"]


async def test_nobody_learns_who_the_customer_is(stage: Stage, tool: Tool, http: aiohttp.ClientSession) -> None:
    stage.follow(sink(tool, http))
    await story(stage)
    await stage.until(lambda: len(tool.got) >= 4)
    assert "mia" not in json.dumps(tool.got).casefold()


async def test_a_tool_that_is_away_for_an_hour_gets_all_of_it_in_order(
    stage: Stage, tool: Tool, http: aiohttp.ClientSession
) -> None:
    tool.answers = [503] * 14
    stage.follow(sink(tool, http))
    await story(stage)
    await stage.outage(60)
    await stage.until(lambda: len(tool.got) >= 4)
    assert tool.kinds[:4] == ["opened", "customer_joined", "claimed", "fixed"]


async def test_a_tool_that_refuses_entries_is_put_before_a_person(
    stage: Stage, tool: Tool, http: aiohttp.ClientSession
) -> None:
    tool.answers = [410] * 50
    stage.follow(sink(tool, http))
    bug = await story(stage)
    await stage.outage(5)
    assert (await load(stage.ledger, bug)).gave_up == ("webhook:metrics",)

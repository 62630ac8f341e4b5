"""People's own tools get every entry: signed, in order, with a key, and nothing that anybody wrote."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from standardwebhooks import Webhook, WebhookVerificationError

from bot.adapters.receivers import Receiver, headers
from bot.bug.course.course import Fixed
from bot.bug.course.ownership import Claimed
from bot.bug.customers.customers import CustomerJoined
from bot.bug.values import CustomerHint
from bot.ledger.entries import load
from bot.settings.sections import WebhookSettings
from bot.sinks.webhook import WebhookSink
from tests.parts.trackers_out.conftest import Stage
from tests.support.stores import open_bug, person

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
"""Of the vector that the libraries of Standard Webhooks share."""


def signed(headers: Mapping[str, str], raw: bytes) -> str:
    """As the scheme's text says it, without its library."""
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + raw
    return "v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()


class Tool:
    """A receiver as a team would write it; answers with each of `answers` first."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.got: list[tuple[str, dict[str, object]]] = []
        self.proofs: list[tuple[dict[str, str], bytes]] = []
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        raw = await request.read()
        self.proofs.append((dict(request.headers), raw))
        Webhook(SECRET).verify(raw, dict(request.headers))
        assert hmac.compare_digest(signed(request.headers, raw), request.headers["webhook-signature"])
        if self.answers:
            return web.Response(status=self.answers.pop(0))
        self.got.append((request.headers["webhook-id"], json.loads(raw)))
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
    return WebhookSink(Receiver("metrics", settings, http), str)


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
    assert [key for key, _body in tool.got][:2] == ["T0LOCAL-BUG-1-1-1763992800000", "T0LOCAL-BUG-1-2-1763992800000"]


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


def test_the_scheme_s_own_vector_is_what_we_sign() -> None:
    at = datetime.fromtimestamp(1614265330, UTC)
    made = headers(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}')
    assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert made["webhook-timestamp"] == "1614265330"


def test_a_recorded_delivery_can_t_be_played_back_later() -> None:
    old = headers(SECRET, "T0LOCAL-BUG-1-1-1", datetime.now(UTC) - timedelta(minutes=6), b"{}")
    fresh = dict(old) | {"webhook-timestamp": str(int(datetime.now(UTC).timestamp()))}
    for proof in (dict(old), fresh):
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(b"{}", proof)


async def test_a_repeat_has_the_same_id_and_a_signature_of_its_own_time(
    stage: Stage, tool: Tool, http: aiohttp.ClientSession
) -> None:
    tool.answers = [503]
    stage.follow(sink(tool, http))
    await story(stage)
    await stage.until(lambda: len(tool.got) >= 4)
    (first, raw), (again, same), *_ = tool.proofs
    assert (first["webhook-id"], raw) == (again["webhook-id"], same)


async def test_the_text_is_signed_as_it_is_sent(http: aiohttp.ClientSession, tool: Tool) -> None:
    to = sink(tool, http).to
    for text in ("ä € 🦄 \u2028", " leading and trailing \n", "", '{"a": 1.0}'):
        await to.send("id", json.dumps({"text": text}, ensure_ascii=False).encode())
    assert [body["text"] for _id, body in tool.got] == ["ä € 🦄 \u2028", " leading and trailing \n", "", '{"a": 1.0}']

"""A client keeps its connection: many calls in a row come in over one, at a server that counts what it accepts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Literal

import aiohttp
import pytest

from bot.adapters.receivers import Receiver
from bot.bug.errors import Doubtful, MakegoodError
from bot.production.action import Request
from bot.production.http.call import Caller
from bot.production.probes.probe import probe
from bot.production.probes.settings import ProbeSettings
from bot.production.targets import HttpTarget
from bot.settings.sections import WebhookSettings
from bot.slack.outgoing.client import SlackPort, web_client
from tests.parts.trackers_out.counting import YES, Counting
from tests.parts.trackers_out.test_patience import CLIENTS, Client, Connect, Silent

CALLS = 6
OF_THEIR_OWN = {"channel mail", "mailbox", "target"}
"""Mail is a connection for each letter, as its servers want it; what changes production has one for itself (see below)."""


def a_probe(server: Silent, http: aiohttp.ClientSession) -> Client:
    check = ProbeSettings(url=f"{server.url}/menus")
    return Client(asks=lambda: probe("page", check, None, http), parallel=1)  # type: ignore[arg-type] # a page needs no looks


def a_look_at_a_target(server: Silent, _http: aiohttp.ClientSession) -> Client:
    caller = Caller(HttpTarget(name="app", base_url=server.url))
    return Client(asks=lambda: caller.call(Request(method="GET", path="/jobs/1")), parallel=1, close=caller.close)


KEEPING: dict[str, Connect] = {
    **{name: connect for name, connect in CLIENTS.items() if name not in OF_THEIR_OWN},
    "probe": a_probe,
    "target, looking": a_look_at_a_target,
}


ANSWERS = {
    "board trello": b"[]",
    "billing stripe": b'{"object": "list", "data": [], "has_more": false, "url": "/v1/customers"}',
}
"""Where an object would be no answer at all."""


@pytest.fixture
async def server() -> AsyncIterator[Counting]:
    counting = Counting()
    await counting.start()
    yield counting
    await counting.stop()


@pytest.mark.parametrize("name", KEEPING)
async def test_many_calls_in_a_row_are_one_connection_without_a_cookie(
    server: Counting, http: aiohttp.ClientSession, name: str
) -> None:
    server.yes = ANSWERS.get(name, YES)
    client = KEEPING[name](Silent(url=server.url, port=server.port), http)
    for _ in range(CALLS):
        with suppress(MakegoodError):  # what the server says means nothing to most of them
            await client.asks()
    await client.close()
    assert server.requests >= CALLS
    assert (server.accepted, server.cookies) == (1, [])


async def test_what_changes_production_has_a_connection_for_itself(server: Counting) -> None:
    """A kept one could be closed by the server at that very moment: nobody would know whether the call arrived."""
    caller = Caller(HttpTarget(name="app", base_url=server.url))
    for _ in range(CALLS):
        await caller.call(Request(method="POST", path="/jobs"))
    await caller.close()
    assert (server.requests, server.accepted) == (CALLS, CALLS)


async def test_webhooks_out_are_one_connection(server: Counting, http: aiohttp.ClientSession) -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    receiver = Receiver("tool", WebhookSettings.model_validate({"url": server.url, "secret": secret}), http)
    for _ in range(CALLS):
        await receiver.send("id", b"{}")
    assert (server.requests, server.accepted) == (CALLS, 1)


async def test_a_connection_that_the_server_closed_meanwhile_is_not_used_again(
    server: Counting, http: aiohttp.ClientSession
) -> None:
    client = CLIENTS["channel chatwoot"](Silent(url=server.url, port=server.port), http)
    await client.asks()
    server.hang_up()
    await asyncio.sleep(0.05)
    await client.asks()
    await client.close()
    assert (server.requests, server.accepted) == (2, 2)


# ---- a server that closes a kept connection at the very moment in which it is used again


async def test_a_call_that_writes_is_not_sent_again(server: Counting, http: aiohttp.ClientSession) -> None:
    """It may have been carried out: whoever asked looks first."""
    client = CLIENTS["channel chatwoot"](Silent(url=server.url, port=server.port), http)
    await client.asks()
    server.cut_off = 1
    with pytest.raises(Doubtful):
        await client.asks()
    await client.close()
    assert server.requests == 2


async def test_a_post_to_slack_is_not_sent_again(server: Counting, http: aiohttp.ClientSession) -> None:
    port = SlackPort(web_client("xoxb-1", f"{server.url}/api/", http), None)  # type: ignore[arg-type] # `call` has no pace
    await port.call("chat.postMessage", channel="C1", text="a")
    server.cut_off = 1
    with pytest.raises(Doubtful):
        await port.call("chat.postMessage", channel="C1", text="b")
    assert server.requests == 2


async def test_what_only_reads_is_asked_once_more(server: Counting, http: aiohttp.ClientSession) -> None:
    port = SlackPort(web_client("xoxb-1", f"{server.url}/api/", http), None)  # type: ignore[arg-type] # as above
    await port.call("users.info", user="U1")
    server.cut_off = 1
    await port.call("users.info", user="U1")
    assert server.requests == 3


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
async def test_what_changes_production_is_sent_once(
    server: Counting, method: Literal["POST", "PATCH", "DELETE"]
) -> None:
    """aiohttp by itself would send a DELETE again."""
    caller = Caller(HttpTarget(name="app", base_url=server.url))
    server.cut_off = 1
    with pytest.raises(Doubtful):
        await caller.call(Request(method=method, path="/jobs/1"))
    await caller.close()
    assert server.requests == 1


async def test_a_form_opens_although_its_connection_was_just_closed(
    server: Counting, http: aiohttp.ClientSession
) -> None:
    """Slack takes a trigger once, so that asking twice can't open it twice; and nobody else would ask again."""
    port = SlackPort(web_client("xoxb-1", f"{server.url}/api/", http), None)  # type: ignore[arg-type] # as above
    await port.call("users.info", user="U1")
    server.cut_off = 1
    await port.call("views.open", trigger_id="1.2", view={})
    assert server.requests == 3

"""A service that takes a call and never answers: each client gives up by itself, and asks only so many things at once."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from pydantic import BaseModel, SecretStr

from bot.adapters import opening, registry
from bot.adapters.billing import stripe
from bot.adapters.channels.common.mailbox import Mailbox
from bot.adapters.receivers import Receiver
from bot.bug.customers.customers import CustomerJoined, CustomerWrote
from bot.bug.errors import Outside
from bot.bug.event import Event
from bot.bug.values import CustomerHint, Outgoing
from bot.production.action import Request
from bot.production.http.call import Caller
from bot.production.targets import HttpTarget
from bot.settings.sections import Kind, WebhookSettings
from bot.sinks.billing import BillingSink
from bot.sinks.webhook import WebhookSink
from bot.slack.outgoing.client import PARALLEL, SlackPort, web_client
from tests.parts.trackers_out.conftest import Stage
from tests.support.stores import MONDAY, open_bug

SOON = 0.2
"""Seconds that a client waits in these stories, where it can be told."""
AT_ONCE = 16
LONGEST, LONGEST_OF_STRIPE = 10, 20
SOMEBODY = CustomerHint(name="Mia", email="mia@studio.example")


@dataclass
class Silent:
    """Takes every connection and says nothing."""

    url: str = ""
    port: int = 0
    open: int = 0
    most: int = 0
    talks: set[asyncio.Task[None]] = field(default_factory=set)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if task := asyncio.current_task():
            self.talks.add(task)
        self.open += 1
        self.most = max(self.most, self.open)
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            while await reader.read(1000):
                pass
        self.open -= 1
        writer.close()


@pytest.fixture
async def silent() -> AsyncIterator[Silent]:
    silent = Silent()
    server = await asyncio.start_server(silent.take, "127.0.0.1", 0)
    silent.port = server.sockets[0].getsockname()[1]
    silent.url = f"http://127.0.0.1:{silent.port}"
    yield silent
    server.close()
    for talk in silent.talks:
        talk.cancel()
    await asyncio.gather(*silent.talks, return_exceptions=True)
    await server.wait_closed()


Asking = Callable[[], Awaitable[object]]


@dataclass(frozen=True, kw_only=True)
class Client:
    """`asks` is one call, `close` ends it; `parallel` is how many may be under way at once."""

    asks: Asking
    parallel: int
    close: Callable[[], Awaitable[object]] = lambda: asyncio.sleep(0)


Connect = Callable[[Silent, aiohttp.ClientSession], Client]
CHANNELS: dict[str, dict[str, Any]] = {
    "chatwoot": {"account": 1, "token": "t"},
    "crisp": {"website": "w", "identifier": "i", "key": "k"},
    "intercom": {"admin": "991", "token": "t"},
    "generic": {"secret": "a-secret-of-ours", "can_look": True},
    "mail": {"sender": "Support <s@acme.example>"},
}
PLACES = {"crisp": "session_1"}
TRACKERS = {"bugsnag": {"token": "t", "project": "p"}, "sentry": {"token": "t", "organization": "acme"}}
BOARDS = {"trello": {"url": "https://trello.com/b/abcd1234/bugs", "key": "k", "token": "t"}}
BILLERS = {"stripe": {"key": "k"}}


def a_channel(name: str) -> Connect:
    def connect(silent: Silent, http: aiohttp.ClientSession) -> Client:
        at = {"smtp": f"smtp://127.0.0.1:{silent.port}"} if name == "mail" else {"base_url": silent.url}
        channel = opening.channel(name, {**CHANNELS[name], **at, "timeout": SOON, "parallel": 3}, http)
        assert channel
        letter = Outgoing(source=name, conversation=PLACES.get(name, "31"), customer=SOMEBODY, text="Hello", key="k")
        return Client(asks=lambda: channel.send(letter), parallel=3, close=channel.close)

    return connect


def a_tracker(name: str) -> Connect:
    def connect(silent: Silent, http: aiohttp.ClientSession) -> Client:
        table = {**TRACKERS[name], "base_url": silent.url, "timeout": SOON, "parallel": 3}
        tracker = opening.tracker(name, table, http)
        return Client(asks=lambda: tracker.resolve("Shop", "4711"), parallel=3)

    return connect


def a_board(name: str) -> Connect:
    def connect(silent: Silent, http: aiohttp.ClientSession) -> Client:
        table = {"kind": name, **BOARDS[name], "base_url": silent.url, "timeout": SOON}
        board = opening.board(Kind.model_validate(table), http)
        return Client(asks=lambda: board.changes(""), parallel=1, close=board.close)

    return connect


def a_biller(name: str) -> Connect:
    def connect(silent: Silent, http: aiohttp.ClientSession) -> Client:
        table = {"kind": name, **BILLERS[name], "base_url": silent.url, "timeout": SOON}
        biller = opening.biller(Kind.model_validate(table), http)
        return Client(asks=lambda: biller.account(SOMEBODY), parallel=AT_ONCE, close=biller.close)

    return connect


def slack(silent: Silent, http: aiohttp.ClientSession) -> Client:
    client = web_client("xoxb-1", f"{silent.url}/api/", http)
    client.timeout = 1  # it takes whole seconds
    port = SlackPort(client, None)  # type: ignore[arg-type] # `call` has no pace
    return Client(asks=lambda: port.call("users.info", user="U1"), parallel=PARALLEL)


def a_target(silent: Silent, _http: aiohttp.ClientSession) -> Client:
    caller = Caller(HttpTarget(name="app", base_url=silent.url, timeout=SOON))
    return Client(asks=lambda: caller.call(Request(method="POST", path="/jobs")), parallel=AT_ONCE, close=caller.close)


def mailbox(silent: Silent, _http: aiohttp.ClientSession) -> Client:
    box = Mailbox(SecretStr(f"imap://s:p@127.0.0.1:{silent.port}/INBOX"), SOON)

    async def take(_raw: bytes) -> None:
        raise AssertionError("there is no mail")

    return Client(asks=lambda: box.poll(take), parallel=AT_ONCE)


CLIENTS: dict[str, Connect] = {
    **{f"channel {name}": a_channel(name) for name in CHANNELS},
    **{f"tracker {name}": a_tracker(name) for name in TRACKERS},
    **{f"board {name}": a_board(name) for name in BOARDS},
    **{f"billing {name}": a_biller(name) for name in BILLERS},
    "slack": slack,
    "target": a_target,
    "mailbox": mailbox,
}


def test_every_client_there_is_stands_in_the_table() -> None:
    assert set(CHANNELS) == {channel.name for channel in registry.CHANNELS.every() if channel.connector}
    assert set(TRACKERS) == set(opening.written_back())
    assert set(BOARDS) == set(registry.BOARDS.names())
    assert {*BILLERS, "sql"} == set(registry.BILLERS.names())  # sql speaks to a database, which has timeouts of its own


@pytest.mark.parametrize("connect", CLIENTS.values(), ids=CLIENTS)
async def test_a_client_gives_up_by_itself_and_never_asks_more_at_once_than_it_may(
    silent: Silent, http: aiohttp.ClientSession, connect: Connect
) -> None:
    client = connect(silent, http)
    async with asyncio.timeout(30):
        ended = await asyncio.gather(*(client.asks() for _ in range(AT_ONCE)), return_exceptions=True)
    assert all(isinstance(error, Outside) for error in ended), ended
    assert 0 < silent.most <= client.parallel
    await client.close()


@pytest.mark.parametrize("which", ["webhook", "billing"])
async def test_what_has_no_limit_of_its_own_has_its_sinks_places(
    stage: Stage, silent: Silent, http: aiohttp.ClientSession, which: str
) -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    settings = WebhookSettings.model_validate({"url": silent.url, "secret": secret, "timeout": SOON})
    biller = stripe.connect(stripe.Settings(key=SecretStr("k"), base_url=silent.url, timeout=SOON), http)

    async def receipts(_bug: int, _seq: int) -> Any:
        raise AssertionError("nothing was given")

    to_tool = Receiver("tool", settings, http)
    sink = WebhookSink(to_tool, str) if which == "webhook" else BillingSink(biller, receipts)
    stage.follow(sink)
    for number in range(AT_ONCE):
        await open_bug(stage.ledger, f"bug {number}", *joined())
    async with asyncio.timeout(30):
        await stage.quiet()
    assert 0 < silent.most <= sink.slots


def joined() -> tuple[Event, ...]:
    """A customer whose plan the billing is asked for."""
    wrote = CustomerWrote(customer="c1", text="help", at=MONDAY)
    return CustomerJoined(customer="c1", hint=SOMEBODY, via="chat"), wrote


MODELS: list[type[BaseModel]] = [x.connector.settings for x in registry.CHANNELS.every() if x.connector]
MODELS += [x.api.settings for x in registry.TRACKERS.every() if x.api]
MODELS += [x.connector.settings for x in registry.BOARDS.every()]
MODELS += [WebhookSettings, HttpTarget]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__module__)
def test_nobody_waits_for_longer_than_ten_seconds_unless_told_to(model: type[BaseModel]) -> None:
    assert model.model_fields["timeout"].default <= LONGEST


def test_stripe_may_take_longer_since_it_does_a_lot_in_one_call() -> None:
    assert stripe.Settings.model_fields["timeout"].default <= LONGEST_OF_STRIPE

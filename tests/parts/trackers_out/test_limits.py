"""Each service limits its callers as the real one does, without being told to; we wait for as long as it says."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import aiohttp
import pytest

from bot.adapters import opening
from bot.bug.errors import Unavailable
from bot.bug.values import CustomerHint, Outgoing
from bot.demo.channels.limits import Window
from bot.demo.trello.limits import WINDOW, Limits
from bot.settings.sections import Kind
from tests.support.street import DI, ISSUE, Street, opened

NOW = 1_764_000_003.0
"""Three seconds into a span of ten, and of sixty."""
MOST = 12
Call = Callable[[], Awaitable[object]]


@pytest.fixture
async def street() -> AsyncIterator[Street]:
    async with opened() as found:
        yield found


def windows(street: Street) -> Mapping[str, Window]:
    return {
        "chatwoot": street.chatwoot.limit.window,
        "crisp": street.crisp.limit.window,
        "intercom": street.intercom.limit.window,
        "sentry": street.sentry.limit.window,
        "bugsnag": street.tracker.limit.window,
        "stripe": street.stripe.window,
    }


def chat(street: Street, name: str, http: aiohttp.ClientSession) -> tuple[Call, Call]:
    """One call of ours, and how it ends."""
    channel = opening.channel(name, street.settings["customers"][name], http)
    assert channel
    hint = CustomerHint(name="Mia", email="mia@studio.example")
    letter = Outgoing(source=name, conversation=street.chats[name], customer=hint, text="Hello", key="k")
    return lambda: channel.find(letter), channel.close


def tracker(street: Street, name: str, http: aiohttp.ClientSession) -> tuple[Call, Call]:
    api = opening.tracker(name, street.settings["trackers"][name], http)
    group = ISSUE if name == "sentry" else street.error
    return lambda: api.reopen("Shop", group), nothing


def till(street: Street, name: str, http: aiohttp.ClientSession) -> tuple[Call, Call]:
    assert street.settings["billing"]["kind"] == name
    biller = opening.biller(Kind.model_validate(street.settings["billing"]), http)
    return lambda: biller.account(CustomerHint(email=DI)), biller.close


async def often(call: Call) -> None:
    for _ in range(MOST + 1):
        await call()


async def nothing() -> None:
    """A client that has nothing to close."""


@pytest.mark.parametrize(
    ("name", "client", "wait"),
    [
        ("chatwoot", chat, None),
        ("crisp", chat, None),
        ("intercom", chat, None),
        ("sentry", tracker, 0),
        ("bugsnag", tracker, 57),
        ("stripe", till, 1),
    ],
)
async def test_whoever_asks_too_often_is_refused_until_the_span_is_over(
    street: Street, http: aiohttp.ClientSession, name: str, client: Any, wait: float | None
) -> None:
    window, moment = windows(street)[name], [NOW]
    window.most, window.now = MOST, lambda: moment[0]
    call, close = client(street, name, http)
    with pytest.raises(Unavailable, match="slow down") as told:
        await often(call)
    assert wait in {None, told.value.retry_after}
    moment[0] += window.seconds
    await call()
    await close()


async def test_trello_that_says_no_more_is_left_alone_for_its_whole_span(
    street: Street, http: aiohttp.ClientSession
) -> None:
    street.trello.limits = Limits(lambda: NOW, per_token=2)
    board = opening.board(Kind.model_validate(street.settings["board"]), http)
    with pytest.raises(Unavailable, match="slow down") as told:
        await often(lambda: board.changes(""))
    assert told.value.retry_after == WINDOW
    await board.close()


@pytest.mark.parametrize(
    ("name", "path", "headers", "told"),
    [
        ("intercom", "/intercom/conversations/1", {}, {"X-RateLimit-Limit": "1", "X-RateLimit-Reset": "1764000010"}),
        ("sentry", "/sentry/api/0/", {}, {"X-Sentry-Rate-Limit-Remaining": "0"}),
        ("bugsnag", "/bugsnag/user/organizations", {}, {"Retry-After": "57", "X-RateLimit-Remaining": "0"}),
        (
            "stripe",
            "/stripe/v1/customers",
            {"Authorization": "Bearer key-of-the-team"},
            {"Stripe-Rate-Limited-Reason": "global-rate"},
        ),
    ],
)
async def test_its_headers_are_those_of_the_real_one(
    street: Street, http: aiohttp.ClientSession, name: str, path: str, headers: dict[str, str], told: dict[str, str]
) -> None:
    window = windows(street)[name]
    window.most, window.now = 1, lambda: NOW
    for expected in (False, True):
        async with http.get(street.url + path, headers=headers) as answer:
            assert (answer.status == 429) is expected
    assert told.items() <= dict(answer.headers).items()

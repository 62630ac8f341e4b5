"""The fakes post what the real services post: signed, in order, again after a failure; and our channels understand it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.adapters.ports import Hook
from bot.adapters.registry import CHANNELS
from bot.bug.errors import Unauthorised
from bot.bug.values import Inbound, InboundKind
from bot.demo.channels.chatwoot import ChatwootFake
from bot.demo.channels.courier import Courier
from tests.support.fakes.crisp import CrispFake
from tests.support.fakes.intercom import IntercomFake

SECRET = "hook-secret"
PAGE = "https://quickadmin.example/cruds/generate"
Serve = Callable[[list[web.RouteDef]], Awaitable[TestServer]]


class Receiver:
    """Stands where the bot stands: verifies, parses, and answers 200."""

    def __init__(self) -> None:
        self.got: list[Inbound] = []
        self.failures = 0
        self.url = ""

    async def receive(self, request: web.Request) -> web.Response:
        if self.failures:
            self.failures -= 1
            return web.Response(status=500)
        headers = {name.lower(): value for name, value in request.headers.items()}
        hook = Hook(headers=headers, body=await request.read(), at=datetime.now(UTC))
        module = CHANNELS.find(request.match_info["source"])
        try:
            module.verify(hook, SECRET)
        except Unauthorised:
            return web.Response(status=401)
        self.got.extend(module.parse(hook, {}))
        return web.Response()

    @property
    def kinds(self) -> list[InboundKind]:
        return [each.kind for each in self.got if each.kind is not InboundKind.OTHER]


@pytest.fixture
async def receiver(serve: Serve) -> Receiver:
    made = Receiver()
    server = await serve([web.post("/hooks/{source}", made.receive)])
    made.url = f"http://127.0.0.1:{server.port}/hooks/"
    return made


@pytest.fixture
async def chatwoot(receiver: Receiver) -> AsyncIterator[ChatwootFake]:
    fake = ChatwootFake(receiver.url + "chatwoot", SECRET, pauses=(0.0, 0.0))
    yield fake
    await fake.close()


async def test_a_visitors_message_arrives_signed_with_who_and_where(chatwoot: ChatwootFake, receiver: Receiver) -> None:
    number = await chatwoot.visitor_says(
        None, "Mia", "mia@studio.example", "It broke", PAGE, identifier="c-1", verified=True
    )
    await chatwoot.courier.idle()
    assert receiver.kinds == [InboundKind.STARTED, InboundKind.MESSAGE]
    said = receiver.got[-1]
    assert (said.text, said.page, said.conversation, said.trusted) == ("It broke", PAGE, str(number), True)
    assert (said.customer.id, said.customer.email) == ("c-1", "mia@studio.example")


async def test_the_visit_goes_on_and_ends(chatwoot: ChatwootFake, receiver: Receiver) -> None:
    number = await chatwoot.visitor_says(None, "Mia", "mia@studio.example", "It broke", PAGE)
    chatwoot.visitor_types(number)
    assert await chatwoot.visitor_says(number, "Mia", "mia@studio.example", "Still there?", PAGE) == number
    chatwoot.agent_says(number, "a note among us", private=True)
    chatwoot.visitor_leaves(number)
    await chatwoot.courier.idle()
    expected = [InboundKind.STARTED, InboundKind.MESSAGE, InboundKind.ONLINE, InboundKind.MESSAGE, InboundKind.ENDED]
    assert receiver.kinds == expected
    assert chatwoot.conversation(number).status == "resolved"


async def test_a_delivery_that_fails_is_made_again_with_the_same_key(
    chatwoot: ChatwootFake, receiver: Receiver
) -> None:
    receiver.failures = 2
    await chatwoot.visitor_says(None, "Mia", "mia@studio.example", "It broke", PAGE)
    await chatwoot.courier.idle()
    assert receiver.kinds == [InboundKind.STARTED, InboundKind.MESSAGE]
    assert len(chatwoot.courier.failures) == 2


async def test_a_delivery_nobody_takes_is_given_up_and_the_next_goes_on(
    chatwoot: ChatwootFake, receiver: Receiver
) -> None:
    receiver.failures = 3
    await chatwoot.visitor_says(None, "Mia", "mia@studio.example", "It broke", PAGE)
    await chatwoot.courier.idle()
    assert receiver.kinds == [InboundKind.MESSAGE]


async def test_our_own_answer_comes_back_by_webhook_and_is_not_a_customers(
    chatwoot: ChatwootFake, receiver: Receiver
) -> None:
    number = await chatwoot.visitor_says(None, "Mia", "mia@studio.example", "It broke", PAGE)
    chatwoot.agent_says(number, "Solved.")
    await chatwoot.courier.idle()
    assert [each.text for each in receiver.got if each.kind is InboundKind.MESSAGE] == ["It broke"]


async def test_whoever_shows_the_chat_hears_of_every_change(chatwoot: ChatwootFake) -> None:
    heard: list[int] = []
    unsubscribe = chatwoot.subscribe(
        lambda: heard.append(sum(len(chatwoot.messages(c.id)) for c in chatwoot.conversations))
    )
    number = await chatwoot.visitor_says(None, "Mia", "", "It broke", PAGE)
    unsubscribe()
    chatwoot.agent_says(number, "Solved.")
    assert heard[-1] == 1


async def test_without_an_address_nothing_is_posted_until_one_is_known(receiver: Receiver) -> None:
    fake = ChatwootFake("", SECRET)
    number = await fake.visitor_says(None, "Mia", "", "too early", PAGE)
    fake.webhook_url = receiver.url + "chatwoot"
    await fake.visitor_says(number, "Mia", "", "in time", PAGE)
    await fake.courier.idle()
    await fake.close()
    assert [each.text for each in receiver.got] == ["in time"]


async def test_closing_in_the_middle_of_retries_leaves_nothing_behind() -> None:
    fake = ChatwootFake("http://127.0.0.1:9/nobody", SECRET, pauses=(60.0,))
    await fake.visitor_says(None, "Mia", "", "hello", PAGE)
    await asyncio.sleep(0)
    await fake.close()
    assert [task for task in asyncio.all_tasks() if "Courier" in repr(task)] == []


async def test_crisp_posts_signed_what_its_channel_reads(receiver: Receiver) -> None:
    fake = CrispFake(receiver.url + "crisp", SECRET)
    number = await fake.visitor_says(None, "Lee", "lee@pottery.example", "Invoices are empty", PAGE)
    fake.visitor_leaves(number)
    await fake.courier.idle()
    await fake.close()
    online, page, said, left = receiver.got
    assert (online.customer.email, page.page) == ("lee@pottery.example", PAGE)
    assert (said.text, said.conversation, said.customer.name) == ("Invoices are empty", number, "Lee")
    assert left.kind is InboundKind.OFFLINE


async def test_intercom_posts_signed_what_its_channel_reads(receiver: Receiver) -> None:
    fake = IntercomFake(receiver.url + "intercom", SECRET)
    number = await fake.visitor_says(None, "Ola", "ola@nord.example", "Servers <fail>", PAGE)
    await fake.visitor_says(number, "Ola", "ola@nord.example", "since 9:00", PAGE)
    fake.admin_closes(number)
    await fake.courier.idle()
    await fake.close()
    assert receiver.kinds == [InboundKind.STARTED, InboundKind.MESSAGE, InboundKind.ENDED]
    assert [each.text for each in receiver.got] == ["Servers <fail>", "since 9:00", ""]
    assert len({each.event for each in receiver.got}) == 3


async def test_a_chatwoot_refuses_a_field_it_does_not_know(serve: Serve, session: aiohttp.ClientSession) -> None:
    fake = ChatwootFake(api_token="t")
    server = await serve(fake.routes("/c"))
    number = await fake.visitor_says(None, "Mia", "", "hello", PAGE)
    url = f"http://127.0.0.1:{server.port}/c/api/v1/accounts/1/conversations/{number}/messages"
    for payload, status in (({"content": "x", "mesage_type": "outgoing"}, 422), ({"content": ""}, 422), ([], 422)):
        async with session.post(url, json=payload, headers={"api_access_token": "t"}) as answer:
            assert answer.status == status
    assert len(fake.messages(number)) == 1


async def test_what_is_posted_while_the_last_session_closes_is_delivered_too(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    got: list[int] = []

    async def take(request: web.Request) -> web.Response:
        got.append((await request.json())["n"])
        return web.Response()

    server = await serve([web.post("/", take)])
    courier = Courier(str(server.make_url("/")), lambda _body: {})
    close = aiohttp.ClientSession.close

    async def closing(session: aiohttp.ClientSession) -> None:
        await close(session)
        if len(got) == 1:
            courier.post({"n": 2})

    monkeypatch.setattr(aiohttp.ClientSession, "close", closing)
    courier.post({"n": 1})
    await courier.idle()
    assert got == [1, 2]
    await courier.close()

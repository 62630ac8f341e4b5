"""One rig for each channel that answers: the shipped fake on loopback, and our channel talking to it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.adapters.channels import chatwoot, crisp, generic, intercom, mail
from bot.adapters.ports import Channel
from bot.bug.values import CustomerHint, Outgoing
from bot.demo.channels.chatwoot import ChatwootFake
from bot.demo.channels.faults import Faults
from bot.demo.channels.smtp import MailServer
from bot.outgoing import sessions
from tests.support.fakes.crisp import CrispFake
from tests.support.fakes.generic import GenericFake
from tests.support.fakes.intercom import IntercomFake

PATIENCE = 0.5
"""Seconds our channels wait in these stories; only those in which the service hangs take so long."""
SECRET = "a-secret-of-our-own"
SENDER = "QuickAdmin <support@quickadmin.example>"
MIA = CustomerHint(name="Mia Berger", email="mia@studio.example")


@dataclass(frozen=True, kw_only=True)
class Rig:
    source: str
    conversation: str
    faults: Faults
    delivered: Callable[[], list[str]]
    """The texts that reached the customer."""
    connect: Callable[..., Channel]
    """Our channel; `token="…"` makes it a stranger to the service, `port=` another server."""
    more: Callable[[int], Awaitable[None]]
    """So many further messages in the same conversation."""

    def answer(
        self, text: str = "Solved: you can go on.", key: str = "BUG-17:tell:1", *, lost: bool = False
    ) -> Outgoing:
        """`lost`: to a conversation the service does not know."""
        conversation = "999999" if lost else self.conversation
        return Outgoing(source=self.source, conversation=conversation, customer=MIA, text=text, key=key)


Serve = Callable[[list[web.RouteDef]], Awaitable[TestServer]]


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with sessions.pooled() as opened:
        yield opened


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    servers: list[TestServer] = []

    async def start(routes: list[web.RouteDef]) -> TestServer:
        app = web.Application()
        app.add_routes(routes)
        servers.append(TestServer(app, host="127.0.0.1"))
        await servers[-1].start_server()
        return servers[-1]

    yield start
    for server in servers:
        await server.close()


@asynccontextmanager
async def _chatwoot(serve: Serve, session: aiohttp.ClientSession) -> AsyncIterator[Rig]:
    fake = ChatwootFake(api_token="cw-token")
    server = await serve(fake.routes("/chat"))
    number = await fake.visitor_says(None, MIA.name, MIA.email, "help", "https://quickadmin.example/p")

    def connect(*, token: str = "cw-token", port: int | None = None) -> Channel:
        base = f"http://127.0.0.1:{port or server.port}/chat"
        return chatwoot.connect(
            chatwoot.Settings.model_validate({"base_url": base, "account": 1, "token": token, "timeout": PATIENCE}),
            session,
        )

    async def more(count: int) -> None:
        for each in range(count):
            fake.agent_says(number, f"message {each}")

    yield Rig(
        source="chatwoot",
        conversation=str(number),
        faults=fake.faults,
        delivered=lambda: [each.content for each in fake.messages(number) if each.type == "outgoing"],
        connect=connect,
        more=more,
    )
    await fake.close()


@asynccontextmanager
async def _crisp(serve: Serve, session: aiohttp.ClientSession) -> AsyncIterator[Rig]:
    fake = CrispFake(key="crisp-key")
    server = await serve(fake.routes())
    number = await fake.visitor_says(None, MIA.name, MIA.email, "help", "https://quickadmin.example/p")

    def connect(*, token: str = "crisp-key", port: int | None = None) -> Channel:
        given = {"base_url": f"http://127.0.0.1:{port or server.port}/v1", "website": "site-1", "timeout": PATIENCE}
        return crisp.connect(crisp.Settings.model_validate({**given, "identifier": "crisp-id", "key": token}), session)

    async def more(count: int) -> None:
        for each in range(count):
            await fake.visitor_says(number, MIA.name, MIA.email, f"message {each}", "https://quickadmin.example/p")

    yield Rig(
        source="crisp",
        conversation=number,
        faults=fake.faults,
        delivered=lambda: [each.content for each in fake.messages(number) if each.sender == "operator"],
        connect=connect,
        more=more,
    )
    await fake.close()


@asynccontextmanager
async def _intercom(serve: Serve, session: aiohttp.ClientSession) -> AsyncIterator[Rig]:
    fake = IntercomFake(token="ic-token")
    server = await serve(fake.routes())
    number = await fake.visitor_says(None, MIA.name, MIA.email, "help", "https://quickadmin.example/p")

    def connect(*, token: str = "ic-token", port: int | None = None) -> Channel:
        given = {"base_url": f"http://127.0.0.1:{port or server.port}", "admin": "991", "timeout": PATIENCE}
        return intercom.connect(intercom.Settings.model_validate({**given, "token": token}), session)

    async def more(count: int) -> None:
        for each in range(count):
            await fake.visitor_says(number, MIA.name, MIA.email, f"message {each}", "https://quickadmin.example/p")

    yield Rig(
        source="intercom",
        conversation=number,
        faults=fake.faults,
        delivered=lambda: [part.text for part in fake.conversation(number).parts if part.author == "admin"],
        connect=connect,
        more=more,
    )
    await fake.close()


@asynccontextmanager
async def _generic(serve: Serve, session: aiohttp.ClientSession) -> AsyncIterator[Rig]:
    fake = GenericFake(SECRET, conversations=("wa-491",))
    server = await serve(fake.routes("/hook"))

    def connect(*, token: str = SECRET, port: int | None = None) -> Channel:
        given = {"base_url": f"http://127.0.0.1:{port or server.port}/hook", "can_look": True, "timeout": PATIENCE}
        return generic.connect(generic.Settings.model_validate({**given, "secret": token.ljust(16, "-")}), session)

    async def more(count: int) -> None:
        fake.messages.update({f"other-{each}": {"text": ""} for each in range(count)})

    yield Rig(
        source="generic",
        conversation="wa-491",
        faults=fake.faults,
        delivered=lambda: [str(each["text"]) for each in fake.messages.values() if each["text"]],
        connect=connect,
        more=more,
    )


@asynccontextmanager
async def _mail(_serve: Serve, session: aiohttp.ClientSession) -> AsyncIterator[Rig]:
    server = MailServer()
    await server.start()

    def connect(*, token: str = "", port: int | None = None) -> Channel:
        login = f"support:{token}@" if token else ""
        given = {"smtp": f"smtp://{login}127.0.0.1:{port or server.port}", "sender": SENDER, "timeout": PATIENCE}
        return mail.connect(mail.Settings.model_validate(given), session)

    async def more(_count: int) -> None:
        """Mails have no conversation on the server."""

    yield Rig(
        source="mail",
        conversation="",
        faults=server.faults,
        delivered=lambda: [each.text.removesuffix("\n") for each in server.messages],
        connect=connect,
        more=more,
    )
    await server.stop()


RIGS = {"chatwoot": _chatwoot, "crisp": _crisp, "intercom": _intercom, "generic": _generic, "mail": _mail}


@pytest.fixture
async def rig(request: pytest.FixtureRequest, serve: Serve, session: aiohttp.ClientSession) -> AsyncIterator[Rig]:
    async with RIGS[request.param](serve, session) as made:
        yield made

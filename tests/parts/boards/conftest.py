from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.adapters.boards import trello
from bot.adapters.ports import Board, BoardChange, Hook, Known
from bot.demo.trello.fake import TrelloFake
from bot.outgoing import sessions

KEY, TOKEN, SECRET = "key-of-the-team", "token-of-the-team", "secret-of-the-key"


async def at_once(_seconds: float) -> None:
    """The retries of a delivery don't wait."""


@pytest.fixture
async def fake() -> AsyncIterator[TrelloFake]:
    fake = TrelloFake(key=KEY, token=TOKEN, secret=SECRET, lists=("Ideas", "Bugs", "Doing"), sleep=at_once)
    yield fake
    await fake.close()


@pytest.fixture
async def address(fake: TrelloFake) -> AsyncIterator[str]:
    app = web.Application()
    app.add_routes(fake.routes())
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


@pytest.fixture
def settings(fake: TrelloFake, address: str) -> trello.Settings:
    return trello.Settings.model_validate(
        {"url": fake.board_url, "key": KEY, "token": TOKEN, "secret": SECRET, "base_url": address}
    )


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with sessions.pooled() as http:
        yield http


@pytest.fixture
async def board(settings: trello.Settings, http: aiohttp.ClientSession) -> AsyncIterator[Board]:
    board = trello.connect(settings, http)
    yield board
    await board.close()


class Receiver:
    """The bot's side of a webhook: says 200 to HEAD, keeps what came and what it means; `failures` answers first with 500."""

    def __init__(self) -> None:
        self.hooks: list[Hook] = []
        self.failures = 0
        self.url = ""

    @property
    def changes(self) -> list[BoardChange]:
        return [change for hook in self.hooks for change in trello.ADAPTER.parse(hook, Known())]

    async def take(self, request: web.Request) -> web.Response:
        if request.method == "HEAD":
            return web.Response()
        if self.failures:
            self.failures -= 1
            return web.Response(status=500)
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.hooks.append(Hook(headers=headers, body=await request.read(), url=str(request.url), at=datetime.now(UTC)))
        return web.Response()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_route("*", "/hooks/trello/token", receiver.take)
    async with TestServer(app) as server:
        receiver.url = str(server.make_url("/hooks/trello/token"))
        yield receiver

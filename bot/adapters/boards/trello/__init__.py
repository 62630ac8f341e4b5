"""The board on Trello, through py-trello: one thread does the calls, so that nothing waits for it."""

import asyncio
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import aiohttp
from pydantic import Field, SecretStr
from trello import TrelloClient

from bot.adapters.boards.trello.cards import TrelloCards
from bot.adapters.boards.trello.events import parse, verify
from bot.adapters.boards.trello.http import TrelloSession
from bot.adapters.ports import BoardAdapter, BoardChange, CardRef, CardText, Connects, Known, Stage
from bot.bug.errors import Misconfigured
from bot.bug.values import Frozen

T = TypeVar("T")
LINK = re.compile(r"/b/([A-Za-z0-9]+)")


class Settings(Frozen):
    """`[board]` of makegood.toml."""

    url: str
    """As the browser shows it: https://trello.com/b/abcd1234/bugs"""
    key: SecretStr = Field(min_length=1)
    token: SecretStr = Field(min_length=1)
    secret: SecretStr | None = None
    """Of the key, for the webhook's signature; without it, changes come by poll and by the secret address alone."""
    lists: Mapping[Stage, str] = Field(default_factory=dict)
    """Other names for our lists: {"Owed": "To be fixed properly"}."""
    timeout: float = 10.0
    base_url: str = "https://api.trello.com"


class TrelloBoard:
    """Board over a `TrelloCards`, which does the same things synchronously."""

    def __init__(self, cards: TrelloCards, session: TrelloSession) -> None:
        self._cards, self._session = cards, session
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="trello")

    async def create(self, card: CardText, stage: Stage) -> CardRef:
        return await self._do(lambda: self._cards.create(card, stage))

    async def find(self, marker: str) -> CardRef | None:
        return await self._do(lambda: self._cards.find(marker))

    async def adopt(self, url: str, card: CardText) -> CardRef:
        return await self._do(lambda: self._cards.adopt(url, card))

    async def update(self, ref: CardRef, card: CardText, stage: Stage) -> None:
        await self._do(lambda: self._cards.update(ref, card, stage))

    async def comment(self, ref: CardRef, text: str) -> None:
        await self._do(lambda: self._cards.comment(ref, text))

    async def commented(self, ref: CardRef, marker: str) -> bool:
        return await self._do(lambda: self._cards.commented(ref, marker))

    async def changes(self, since: str) -> tuple[tuple[BoardChange, ...], str]:
        return await self._do(lambda: self._cards.changes(since))

    async def register(self, callback_url: str) -> None:
        await self._do(lambda: self._cards.register(callback_url))

    async def known(self) -> Known:
        """For `parse`: a list that was renamed is still known by its id, and our own doing is no news."""
        return await self._do(self._cards.known)

    async def check(self) -> tuple[str, ...]:
        return await self._do(self._cards.check)

    async def close(self) -> None:
        self._session.stop()
        await asyncio.to_thread(self._thread.shutdown)
        self._session.close()

    async def _do(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def connect(settings: Settings, _http: aiohttp.ClientSession | None = None) -> TrelloBoard:
    link = LINK.search(settings.url)
    if link is None:
        raise Misconfigured(
            f'board.url is "{settings.url}"; write the board\'s address, as in https://trello.com/b/abcd1234/bugs.'
        )
    key, token = settings.key.get_secret_value(), settings.token.get_secret_value()
    session = TrelloSession(base_url=settings.base_url, key=key, token=token, timeout=settings.timeout)
    client = TrelloClient(api_key=key, api_secret=token, http_service=session)
    names = {stage: settings.lists.get(stage, stage.value) for stage in Stage}
    return TrelloBoard(TrelloCards(client, link.group(1), names), session)


CONNECTOR = Connects(Settings, connect)
ADAPTER = BoardAdapter(name="trello", verify=verify, parse=parse, connector=CONNECTOR)

"""The board on Trello."""

import asyncio
import re
from collections.abc import Mapping

import aiohttp
from pydantic import Field, SecretStr

from bot.adapters.boards.trello.api import TrelloApi
from bot.adapters.boards.trello.cards import TrelloCards
from bot.adapters.boards.trello.events import parse, verify
from bot.adapters.ports import BoardAdapter, BoardChange, CardRef, CardText, Connects, Known, Stage
from bot.bug.errors import Misconfigured
from bot.bug.values import Frozen

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
    """One thing is done at a time, so that no list or label is made twice."""

    def __init__(self, cards: TrelloCards, api: TrelloApi) -> None:
        self._cards, self._api, self._turn = cards, api, asyncio.Lock()

    async def create(self, card: CardText, stage: Stage) -> CardRef:
        async with self._turn:
            return await self._cards.create(card, stage)

    async def find(self, marker: str) -> CardRef | None:
        async with self._turn:
            return await self._cards.find(marker)

    async def adopt(self, url: str, card: CardText) -> CardRef:
        async with self._turn:
            return await self._cards.adopt(url, card)

    async def update(self, ref: CardRef, card: CardText, stage: Stage) -> None:
        async with self._turn:
            await self._cards.update(ref, card, stage)

    async def comment(self, ref: CardRef, text: str) -> None:
        async with self._turn:
            await self._cards.comment(ref, text)

    async def commented(self, ref: CardRef, marker: str) -> bool:
        async with self._turn:
            return await self._cards.commented(ref, marker)

    async def changes(self, since: str) -> tuple[tuple[BoardChange, ...], str]:
        async with self._turn:
            return await self._cards.changes(since)

    async def register(self, callback_url: str) -> None:
        async with self._turn:
            await self._cards.register(callback_url)

    async def known(self) -> Known:
        """For `parse`: a list that was renamed is still known by its id, and our own doing is no news."""
        async with self._turn:
            return await self._cards.known()

    async def check(self) -> tuple[str, ...]:
        async with self._turn:
            return await self._cards.check()

    async def close(self) -> None:
        """The call under way ends; those that wait are refused."""
        self._api.close()
        async with self._turn:
            return


def connect(settings: Settings, http: aiohttp.ClientSession) -> TrelloBoard:
    link = LINK.search(settings.url)
    if link is None:
        raise Misconfigured(
            f'board.url is "{settings.url}"; write the board\'s address, as in https://trello.com/b/abcd1234/bugs.'
        )
    key, token = settings.key.get_secret_value(), settings.token.get_secret_value()
    api = TrelloApi(http, base_url=settings.base_url, key=key, token=token, timeout=settings.timeout)
    names = {stage: settings.lists.get(stage, stage.value) for stage in Stage}
    return TrelloBoard(TrelloCards(api, link.group(1), names), api)


CONNECTOR = Connects(Settings, connect)
ADAPTER = BoardAdapter(name="trello", verify=verify, parse=parse, connector=CONNECTOR)

"""Calls Trello's API at its pace, and says what its refusals mean."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp

from bot.bug.errors import Outside, Rejected, Unavailable
from bot.outgoing.client import Client, Reply

WINDOW = 10.0
PER_WINDOW = 100
"""Calls of one token in a window. A key has 300, which one token can't reach."""
LARGEST = 64 * 1024 * 1024
"""Bytes of an answer: a page of a thousand cards with their descriptions."""


class TrelloLimit:
    """The calls of the last window; `wait` says for how long the next must."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now, self._calls = now, deque[float](maxlen=PER_WINDOW)

    def wait(self) -> float:
        full = len(self._calls) == PER_WINDOW
        return max(0.0, self._calls[0] + WINDOW - self._now()) if full else 0.0

    def count(self) -> None:
        self._calls.append(self._now())


class TrelloApi:
    """One call at a time. Key and token go in a header rather than in the address, which ends up in logs."""

    def __init__(self, http: aiohttp.ClientSession, *, base_url: str, key: str, token: str, timeout: float) -> None:
        credentials = f'OAuth oauth_consumer_key="{key}", oauth_token="{token}"'
        headers = {"Authorization": credentials, "Accept": "application/json"}
        self._client = Client(session=http, who="Trello", headers=headers, timeout=timeout, largest=LARGEST)
        self._base, self._token = f"{base_url.rstrip('/')}/1", token
        self._limit, self._closing = TrelloLimit(), asyncio.Event()

    async def get(self, path: str, **query: str | int) -> Any:
        return await self._call("GET", path, params=query)

    async def write(self, method: str, path: str, fields: Mapping[str, Any]) -> Any:
        return await self._call(method, path, json=dict(fields))

    async def of_token(self, path: str = "", **query: str | int) -> Any:
        """What belongs to our token. Its address holds the token, so no error may quote it."""
        return await self._call("GET", f"tokens/{self._token}{path}", shown=f"tokens/…{path}", params=query)

    def close(self) -> None:
        """No call waits for its turn any more."""
        self._closing.set()

    async def _call(self, method: str, path: str, shown: str = "", **what: Any) -> Any:
        await self._turn()
        reply = await self._client.exchange(method, f"{self._base}/{path}", **what)
        if problem := _refusal(reply, f"{method} {shown or path}"):
            raise problem
        return reply.json()

    async def _turn(self) -> None:
        if wait := self._limit.wait():
            await asyncio.wait([closing := asyncio.ensure_future(self._closing.wait())], timeout=wait)
            closing.cancel()
        if self._closing.is_set():
            raise Unavailable("Makegood is stopping; Trello was not called.")
        self._limit.count()


def _refusal(reply: Reply, what: str) -> Outside | None:
    match reply.status:
        case 200:
            return None
        case 429:
            return Unavailable("Trello asks to slow down.", retry_after=WINDOW)
        case 401 | 403:
            return Rejected(
                "Trello does not accept board.key and board.token for this: make a new token at trello.com/app-key."
            )
        case 404:
            return Rejected(
                f"Trello has no such thing ({what}): the card or the board was deleted, or the token may not see it."
            )
    return reply.trouble() or Rejected(f"Trello refused ({reply.status} to {what}): {reply.text[:200]}")

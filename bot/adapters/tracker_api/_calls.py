"""JSON over HTTP to a tracker's API: a deadline for each call, few at once, and what a failure means."""

import asyncio
from collections.abc import Mapping
from typing import Any

import aiohttp
from pydantic import Field, SecretStr

from bot.bug.errors import Rejected
from bot.bug.values import Frozen
from bot.outgoing import Client, Reply

REFUSED = 400
MOST_PAGES = 20


class Common(Frozen):
    """What every tracker's table has."""

    token: SecretStr
    timeout: float = Field(default=10, gt=0, le=60)
    parallel: int = Field(default=4, ge=1, le=32)


class Api:
    """Everything asked for here may be asked twice: a call that was cut off is simply made again."""

    def __init__(
        self, session: aiohttp.ClientSession, who: str, base_url: str, headers: Mapping[str, str], settings: Common
    ) -> None:
        self._client = Client(session=session, who=who, headers=headers, timeout=settings.timeout)
        self._who, self._base = who, base_url.rstrip("/")
        self._places = asyncio.Semaphore(settings.parallel)

    async def call(self, method: str, path: str, body: Mapping[str, Any] | None = None, missing: str = "") -> Any:
        """`missing` is what a 404 says, where it is not about an error."""
        return (await self._exchange(method, self._base + path, missing, body)).json()

    async def pages(self, path: str, missing: str = "") -> list[Any]:
        """All of a list, whose pages name the next one in their Link header."""
        found, url = [], self._base + path
        for _ in range(MOST_PAGES):
            reply = await self._exchange("GET", url, missing)
            found += reply.json()
            url = reply.following
            if not url.startswith(f"{self._base}/"):  # the token goes nowhere else
                return found
        return found

    async def _exchange(self, method: str, url: str, missing: str, body: Mapping[str, Any] | None = None) -> Reply:
        async with self._places:
            reply = await self._client.exchange(method, url, twice=True, redirects=True, exact=True, json=body)
        if problem := reply.trouble() or self._refusal(reply.status, missing):
            raise problem
        return reply

    def _refusal(self, status: int, missing: str) -> Rejected | None:
        where = f"[trackers.{self._who.lower()}]"
        match status:
            case 404:
                lost = f"{self._who} does not know this error (any more), or our token may not see it."
                return Rejected(missing or lost)
            case 401:
                return Rejected(f"{self._who} does not accept our token: make a new one, and write it in {where}.")
            case 403:
                return Rejected(
                    f"{self._who} does not let our token do this: give it more rights, or write another in {where}."
                )
        return Rejected(f"{self._who} refuses our call ({status}): check {where}.") if status >= REFUSED else None

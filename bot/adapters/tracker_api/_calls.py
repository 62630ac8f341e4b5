"""JSON over HTTP to a tracker's API: a deadline for each call, few at once, and what a failure means."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from pydantic import Field, SecretStr
from yarl import URL

from bot.adapters.retry_after import pause
from bot.bug.errors import Outside, Rejected, Unavailable
from bot.bug.values import Frozen

REFUSED, BROKEN = 400, 500
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
        self._session, self._who, self._base, self._headers = session, who, base_url.rstrip("/"), dict(headers)
        self._timeout = aiohttp.ClientTimeout(total=settings.timeout)
        self._places = asyncio.Semaphore(settings.parallel)

    async def call(self, method: str, path: str, body: Mapping[str, Any] | None = None, missing: str = "") -> Any:
        """`missing` is what a 404 says, where it is not about an error."""
        async with self._exchange(method, self._base + path, missing, body) as answer:
            return await answer.json(content_type=None)

    async def pages(self, path: str, missing: str = "") -> list[Any]:
        """All of a list, whose pages name the next one in their Link header."""
        found, url = [], self._base + path
        for _ in range(MOST_PAGES):
            async with self._exchange("GET", url, missing) as answer:
                found += await answer.json(content_type=None)
                following = answer.links.get("next")
                url = str(following["url"]) if following else ""
            if not url.startswith(f"{self._base}/"):  # the token goes nowhere else
                return found
        return found

    @asynccontextmanager
    async def _exchange(
        self, method: str, url: str, missing: str, body: Mapping[str, Any] | None = None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        async with self._places:
            try:
                async with self._session.request(
                    method, URL(url, encoded=True), json=body, headers=self._headers, timeout=self._timeout
                ) as answer:
                    if answer.status >= REFUSED:
                        raise self._problem(answer, missing)
                    yield answer
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                raise Unavailable(f"{self._who} did not answer; it is asked again.") from error

    def _problem(self, answer: aiohttp.ClientResponse, missing: str) -> Outside:
        where = f"[trackers.{self._who.lower()}]"
        match answer.status:
            case 429:
                return Unavailable(f"{self._who} asks to slow down.", pause(answer.headers))
            case status if status >= BROKEN:
                return Unavailable(f"{self._who} is out of order ({status}).", pause(answer.headers))
            case 404:
                lost = f"{self._who} does not know this error (any more), or our token may not see it."
                return Rejected(missing or lost)
            case 401:
                return Rejected(f"{self._who} does not accept our token: make a new one, and write it in {where}.")
            case 403:
                return Rejected(
                    f"{self._who} does not let our token do this: give it more rights, or write another in {where}."
                )
        return Rejected(f"{self._who} refuses our call ({answer.status}): check {where}.")

"""JSON over HTTP to a tracker's API: a deadline for each call, few at once, and what a failure means."""

import asyncio
from collections.abc import Mapping
from typing import Any

import aiohttp
from pydantic import Field, SecretStr

from bot.domain.errors import Outside, Rejected, Unavailable
from bot.domain.values import Frozen

TOO_MANY, NOT_THERE, REFUSED, BROKEN = 429, 404, 400, 500


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

    async def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        async with self._places:
            try:
                async with self._session.request(
                    method, self._base + path, json=body, headers=self._headers, timeout=self._timeout
                ) as answer:
                    if answer.status >= REFUSED:
                        raise self._problem(answer)
                    return await answer.json(content_type=None)
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                raise Unavailable(f"{self._who} did not answer; it is asked again.") from error

    def _problem(self, answer: aiohttp.ClientResponse) -> Outside:
        wait = answer.headers.get("Retry-After", "")
        if answer.status == TOO_MANY:
            return Unavailable(f"{self._who} asks to slow down.", float(wait) if wait.isdecimal() else None)
        if answer.status >= BROKEN:
            return Unavailable(f"{self._who} is out of order ({answer.status}).")
        if answer.status == NOT_THERE:
            return Rejected(f"{self._who} does not know this error (any more), or our token may not see it.")
        return Rejected(f"{self._who} refuses our call ({answer.status}): check its token under [trackers].")

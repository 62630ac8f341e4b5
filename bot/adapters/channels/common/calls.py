"""Calls to one service: few at once, each with a deadline, and what a failure means told apart for good."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from pydantic import ConfigDict, Field

from bot.adapters.retry_after import pause
from bot.bug.errors import Doubtful, MakegoodError, Rejected, Unavailable
from bot.bug.values import Frozen

NOT_THERE, TOO_MANY = 404, frozenset({429, 420})
"""420 is how Crisp asks to slow down (https://docs.crisp.chat/guides/rest-api/rate-limits)."""
REDIRECTS_FROM, REFUSALS_FROM, FAILURES_FROM = 300, 400, 500
NOT_THE_TOKEN = frozenset({401, 403})


class Pace(Frozen):
    """Settings that every channel which answers has."""

    model_config = ConfigDict(hide_input_in_errors=True)  # an address may hold a password

    timeout: float = Field(default=10, gt=0, le=60)
    """Seconds one call may take."""
    parallel: int = Field(default=4, ge=1, le=32)
    """Calls at once."""


class Missing(Rejected):
    """What was asked for is not there (404)."""


class Gate:
    """Lets `parallel` calls in at once; closing refuses new ones and waits for those inside."""

    def __init__(self, pace: Pace, who: str) -> None:
        self._slots = asyncio.Semaphore(pace.parallel)
        self._pace, self._who, self._closed = pace, who, False

    @asynccontextmanager
    async def enter(self) -> AsyncIterator[None]:
        if self._closed:
            raise Unavailable(f"Makegood is stopping; nothing was sent to {self._who}. It is sent after the start.")
        async with self._slots:
            yield

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        for _ in range(self._pace.parallel):
            await self._slots.acquire()


class Calls:
    """JSON over HTTP to `base_url`. The session belongs to whoever made it and is left open."""

    def __init__(
        self, session: aiohttp.ClientSession, *, who: str, base_url: str, headers: Mapping[str, str], pace: Pace
    ) -> None:
        self._session, self._who, self._base, self._headers = session, who, base_url.rstrip("/"), dict(headers)
        self._timeout = aiohttp.ClientTimeout(total=pace.timeout)
        self._gate = Gate(pace, who)

    async def get(
        self, path: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """A failed look changed nothing: whatever is not a plain no is Unavailable."""
        try:
            return await self._call("GET", path, params=params, headers=headers)
        except Doubtful as error:
            raise Unavailable(str(error)) from error

    async def post(self, path: str, payload: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Any:
        return await self.post_raw(path, json.dumps(payload).encode(), headers or {})

    async def post_raw(self, path: str, body: bytes, headers: Mapping[str, str]) -> Any:
        return await self._call("POST", path, data=body, headers={"Content-Type": "application/json", **headers})

    async def close(self) -> None:
        await self._gate.close()

    async def _call(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **options: Any) -> Any:
        async with self._gate.enter():
            try:
                return await self._exchange(method, path, headers={**self._headers, **(headers or {})}, **options)
            except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
                raise Unavailable(f"{self._who} can't be reached; nothing was sent.") from error
            except (aiohttp.ClientError, TimeoutError) as error:
                raise Doubtful(f"The call to {self._who} was cut off; it may have gone through.") from error

    async def _exchange(self, method: str, path: str, **options: Any) -> Any:
        address = self._base + path
        async with self._session.request(
            method, address, timeout=self._timeout, allow_redirects=False, **options
        ) as answer:
            body = await answer.read()
            if problem := self._problem(answer, body):
                raise problem
            return self._content(body)

    def _content(self, body: bytes) -> Any:
        try:
            return json.loads(body or b"{}")
        except (ValueError, RecursionError) as error:
            raise Doubtful(
                f"{self._who} said yes, but in words that can't be read; look whether it is there."
            ) from error

    def _problem(self, answer: aiohttp.ClientResponse, body: bytes) -> MakegoodError | None:
        status = answer.status
        if status < REDIRECTS_FROM:
            return None
        if status in TOO_MANY:
            return Unavailable(f"{self._who} asks to slow down; nothing was sent.", pause(answer.headers))
        if status >= FAILURES_FROM:
            return Doubtful(f"{self._who} failed with {status}; it may have gone through.")
        return self._refusal(status, body)

    def _refusal(self, status: int, body: bytes) -> Rejected:
        if status in NOT_THE_TOKEN:
            return Rejected(f"{self._who} does not accept our token ({status}). Renew it in makegood.toml.")
        if status == NOT_THERE:
            return Missing(f"{self._who} does not know this conversation (any more). Answer this customer by mail.")
        if status < REFUSALS_FROM:
            return Rejected(f"{self._who} has moved ({status}). Correct its base_url in makegood.toml.")
        return Rejected(f"{self._who} refuses this with {status}: {_excerpt(body)}")


def _excerpt(body: bytes) -> str:
    return " ".join(body[:200].decode("utf-8", "replace").split()) or "without a reason"

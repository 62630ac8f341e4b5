"""Calls to one service: few at once, each with a deadline, and what a failure means told apart for good."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from pydantic import ConfigDict, Field

from bot.bug.errors import Rejected, Unavailable
from bot.bug.values import Frozen
from bot.outgoing import Client

NOT_THERE, REDIRECTS_FROM, REFUSALS_FROM = 404, 300, 400
NOT_THE_TOKEN = frozenset({401, 403})


class CallLimit(Frozen):
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

    def __init__(self, pace: CallLimit, who: str) -> None:
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
        self, session: aiohttp.ClientSession, *, who: str, base_url: str, headers: Mapping[str, str], pace: CallLimit
    ) -> None:
        self._client = Client(session=session, who=who, headers=headers, timeout=pace.timeout)
        self._who, self._base = who, base_url.rstrip("/")
        self._gate = Gate(pace, who)

    async def get(
        self, path: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """A failed look changed nothing: whatever is not a plain no is Unavailable."""
        return await self._call("GET", path, params=params, headers=headers)

    async def post(self, path: str, payload: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Any:
        return await self.post_raw(path, json.dumps(payload).encode(), headers or {})

    async def post_raw(self, path: str, body: bytes, headers: Mapping[str, str]) -> Any:
        return await self._call("POST", path, data=body, headers={"Content-Type": "application/json", **headers})

    async def close(self) -> None:
        await self._gate.close()

    async def _call(self, method: str, path: str, **what: Any) -> Any:
        async with self._gate.enter():
            reply = await self._client.exchange(method, self._base + path, **what)
        if problem := reply.trouble() or (
            self._refusal(reply.status, reply.body) if reply.status >= REDIRECTS_FROM else None
        ):
            raise problem
        return reply.json()

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

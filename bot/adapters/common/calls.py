"""Calls one service: few calls at once, each with a deadline, and failures told apart."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from pydantic import ConfigDict, Field

from bot.bug.errors import Outside, Unavailable
from bot.bug.values import Frozen
from bot.outgoing.client import Client, Reply


class CallLimit(Frozen):
    """Settings of everything that is called over HTTP or SMTP."""

    model_config = ConfigDict(hide_input_in_errors=True)  # an address may hold a password

    timeout: float = Field(default=10, gt=0, le=60)
    """Seconds one call may take."""
    parallel: int = Field(default=4, ge=1, le=32)
    """Calls at once."""


class Gate:
    """Lets `parallel` calls in at once; closing refuses new ones and waits for those inside."""

    def __init__(self, limit: CallLimit, who: str) -> None:
        self._slots = asyncio.Semaphore(limit.parallel)
        self._limit, self._who, self._closed = limit, who, False

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
        for _ in range(self._limit.parallel):
            await self._slots.acquire()


class Calls:
    """HTTP to `base_url`. The session belongs to whoever made it and is left open."""

    def __init__(
        self, session: aiohttp.ClientSession, *, who: str, base_url: str, headers: Mapping[str, str], limit: CallLimit
    ) -> None:
        self._client = Client(session=session, who=who, headers=headers, timeout=limit.timeout)
        self.who, self.base = who, base_url.rstrip("/")
        self._gate = Gate(limit, who)

    async def exchange(self, method: str, url: str, refusal: Callable[[Reply], Outside | None], **what: Any) -> Reply:
        """One call; `what` goes to `Client.exchange`. `refusal` says what the service's own refusals mean."""
        async with self._gate.enter():
            reply = await self._client.exchange(method, url, **what)
        if problem := reply.trouble() or refusal(reply):
            raise problem
        return reply

    async def close(self) -> None:
        await self._gate.close()

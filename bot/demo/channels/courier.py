"""Delivers webhooks as services do: one after the other, signed afresh at each attempt, again after a failure."""

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp

PAUSES = (0.2, 1.0, 3.0, 10.0, 30.0)
"""Seconds before each further attempt; then the delivery is given up."""
PATIENCE = aiohttp.ClientTimeout(total=30)
OK_BELOW = 300

Sign = Callable[[bytes], Mapping[str, str]]


class Courier:
    """`url` may be set later; while it is empty nothing is delivered."""

    def __init__(self, url: str, sign: Sign, pauses: tuple[float, ...] = PAUSES) -> None:
        self.url, self._sign, self._pauses = url, sign, pauses
        self._waiting: deque[bytes] = deque()
        self._task: asyncio.Task[None] | None = None
        self.failures: list[str] = []

    def post(self, payload: Mapping[str, Any]) -> None:
        if self.url:
            self._waiting.append(json.dumps(payload).encode())
        if self._waiting and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._work())

    async def idle(self) -> None:
        """Returns when everything is delivered or given up."""
        if self._task is not None:
            await asyncio.shield(self._task)

    async def close(self) -> None:
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _work(self) -> None:
        while self._waiting:  # once more after the session is closed: what is posted meanwhile finds this task at work
            async with aiohttp.ClientSession(timeout=PATIENCE) as session:
                while self._waiting:
                    await self._deliver(session, self._waiting.popleft())

    async def _deliver(self, session: aiohttp.ClientSession, body: bytes) -> None:
        for pause in (*self._pauses, None):
            if await self._attempt(session, body):
                return
            if pause is not None:
                await asyncio.sleep(pause)

    async def _attempt(self, session: aiohttp.ClientSession, body: bytes) -> bool:
        headers = {"Content-Type": "application/json", **self._sign(body)}
        try:
            async with session.post(self.url, data=body, headers=headers) as answer:
                if answer.status < OK_BELOW:
                    return True
                self.failures.append(f"{answer.status} {(await answer.text())[:200]}")
        except (aiohttp.ClientError, TimeoutError) as error:
            self.failures.append(repr(error))
        return False

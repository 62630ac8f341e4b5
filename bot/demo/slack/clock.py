"""The workspace's own time: it runs at a chosen speed and can be moved forward, so that no test waits for minutes."""

import asyncio
import time


class Clock:
    """Seconds since the epoch. `scale` 60 makes a minute of ours an hour of Slack's; 0 stands still until moved."""

    def __init__(self, *, start: float | None = None, scale: float = 1.0) -> None:
        self._base = time.time() if start is None else start
        self._origin = time.monotonic()
        self._scale = scale
        self._moved = asyncio.Event()

    @property
    def scale(self) -> float:
        return self._scale

    def now(self) -> float:
        return self._base + (time.monotonic() - self._origin) * self._scale

    def set_scale(self, scale: float) -> None:
        self._base, self._origin, self._scale = self.now(), time.monotonic(), scale
        self._wake()

    def advance(self, seconds: float) -> None:
        if seconds < 0:
            raise ValueError(f"time only moves forward, not by {seconds} s")
        self._base += seconds
        self._wake()

    async def sleep(self, seconds: float) -> None:
        await self.sleep_until(self.now() + seconds)

    async def sleep_until(self, moment: float) -> None:
        while (left := moment - self.now()) > 0:
            await self._wait_for_move(left / self._scale if self._scale else None)

    async def _wait_for_move(self, seconds: float | None) -> None:
        try:
            await asyncio.wait_for(self._moved.wait(), seconds)
        except TimeoutError:
            return  # the time went by on its own

    def _wake(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()

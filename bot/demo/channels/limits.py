"""How often a service lets itself be called: counted in windows, and told by the headers that the real one sends."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web

from bot.demo.channels.faults import TOO_MANY


@dataclass
class Window:
    """At most `most` calls in each span of `seconds`; a new span begins at a round time, as services do it."""

    most: int
    seconds: float
    now: Callable[[], float] = time.time
    _begun: float = field(default=0, init=False)
    _count: int = field(default=0, init=False)

    def take(self) -> bool:
        """Counts a call; False where there were too many."""
        begun = self.now() // self.seconds * self.seconds
        if begun != self._begun:
            self._begun, self._count = begun, 0
        self._count += 1
        return self._count <= self.most

    @property
    def left(self) -> int:
        return max(self.most - self._count, 0)

    @property
    def reset(self) -> int:
        """In seconds of the epoch."""
        return int(self._begun + self.seconds)


@dataclass(frozen=True, kw_only=True)
class Limit:
    """`told` are headers of every answer, `refused` the body of a refusal: JSON, or a word."""

    window: Window
    refused: object
    told: Callable[[Window], Mapping[str, str]] = lambda _window: {}
    status: int = TOO_MANY

    def check(self) -> web.Response | None:
        """The refusal, or None where the call may go on."""
        if self.window.take():
            return None
        if isinstance(self.refused, str):
            return web.Response(status=self.status, text=self.refused, headers=self.headers)
        return web.json_response(self.refused, status=self.status, headers=self.headers)

    @property
    def headers(self) -> Mapping[str, str]:
        return self.told(self.window)


def named(prefix: str) -> Callable[[Window], Mapping[str, str]]:
    """The three usual ones: `X-RateLimit-Limit`, `-Remaining`, `-Reset`."""
    return lambda window: {
        f"{prefix}-Limit": str(window.most),
        f"{prefix}-Remaining": str(window.left),
        f"{prefix}-Reset": str(window.reset),
    }

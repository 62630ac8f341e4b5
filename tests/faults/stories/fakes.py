"""What stands around the processes of a town: the journal of their points, a service that counts, and how a call meets its strike."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.faults.stories.seam import HEADER, SELF

LOOK = 0.02
"""Seconds between two looks at what is written or gone."""


@dataclass
class Journal:
    """What the children say of their points, as they come to them."""

    file: Path
    visited: set[str] = field(default_factory=set)
    revisited: set[str] = field(default_factory=set)
    """Those to which one process came three times."""
    struck: list[tuple[str, str]] = field(default_factory=list)
    _read: int = 0

    def news(self) -> list[list[str]]:
        if not self.file.exists():
            return []
        with self.file.open() as file:
            file.seek(self._read)
            text = file.read()
        whole = text[: text.rfind("\n") + 1]
        self._read += len(whole.encode())
        found = [line.split("\t") for line in whole.splitlines()]
        for _, what, *about in found:
            if what == "visited":
                self.visited.add(about[0])
            elif what == "revisited":
                self.revisited.add(about[0])
            elif what == "struck":
                self.struck.append((about[0], about[1]))
        return found


class Service:
    """Counts what it is asked to do, and to take back."""

    def __init__(self) -> None:
        self.done: Counter[str] = Counter()
        self.undone: Counter[str] = Counter()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/counting/jobs/{word}", self._job),
            web.get("/counting/undone/{word}", self._undone),
        ]

    async def _undone(self, request: web.Request) -> web.Response:
        return web.json_response({}, status=200 if self.undone[request.match_info["word"]] else 404)

    async def _job(self, request: web.Request) -> web.Response:
        word = request.match_info["word"]
        if request.method == "POST":
            self.done[word] += 1
        elif request.method == "DELETE":
            self.undone[word] += 1
        elif self.done[word] <= self.undone[word]:
            return web.json_response({}, status=404)
        return web.json_response({})


@web.middleware
async def obeying(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> Any:
    """A call that carries a strike meets it: before the work, or after."""
    kind = request.headers.get(HEADER, "")
    if not kind or kind in SELF:
        return await handler(request)
    if kind == "429":
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "1"})
    if kind.startswith("after_"):
        await handler(request)
    if kind.endswith("hang"):
        while request.transport is not None and not request.transport.is_closing():
            await asyncio.sleep(LOOK)
    if kind.endswith("cut") and request.transport is not None:
        request.transport.abort()
    return web.json_response({"ok": False, "error": "internal_error"}, status=500)

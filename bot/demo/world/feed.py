"""A websocket route that sends a view whenever it has changed, and hands on what the other side says."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any

from aiohttp import WSMsgType, web

Json = dict[str, Any]

PACE = 0.05
"""Seconds between two views at least: a burst of changes is one view."""
LOOK_ANYWAY = 1.0
"""A fix writes into the shop's database without telling anybody: look this often."""

GOODBYE = 1.0
"""Seconds for a browser to say goodbye, too."""


class Feed:
    """`view` says what to send; `heard` takes what comes in, if anything may."""

    def __init__(
        self, view: Callable[[], Awaitable[Json]], heard: Callable[[Json], Awaitable[None]] | None = None
    ) -> None:
        self._view, self._heard = view, heard
        self._sockets: dict[web.WebSocketResponse, asyncio.Event] = {}

    def wake(self) -> None:
        for changed in self._sockets.values():
            changed.set()

    async def close(self) -> None:
        await asyncio.gather(*(socket.close() for socket in self._sockets))

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(heartbeat=20, timeout=GOODBYE)
        await socket.prepare(request)
        with self._open(socket) as changed:
            await _first_of(self._push(socket, changed), self._hear(socket))
        return socket

    @contextlib.contextmanager
    def _open(self, socket: web.WebSocketResponse) -> Iterator[asyncio.Event]:
        self._sockets[socket] = asyncio.Event()
        try:
            yield self._sockets[socket]
        finally:
            del self._sockets[socket]

    async def _push(self, socket: web.WebSocketResponse, changed: asyncio.Event) -> None:
        sent = ""
        with contextlib.suppress(ConnectionError):
            while not socket.closed:
                changed.clear()
                view = json.dumps(await self._view())
                if view != sent:
                    await socket.send_str(view)
                sent = view
                await _either(changed, LOOK_ANYWAY)
                await asyncio.sleep(PACE)

    async def _hear(self, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            if message.type is WSMsgType.TEXT and self._heard is not None:
                await self._heard(_object(message.data))


async def _first_of(*works: Coroutine[Any, Any, None]) -> None:
    """Until one of them has ended; a view that fails ends its socket with its error, and the page connects again."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


async def _either(changed: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(changed.wait(), seconds)


def _object(text: str) -> Json:
    """What is no JSON object is an empty one: nothing was said."""
    with contextlib.suppress(ValueError):
        said = json.loads(text)
        if isinstance(said, dict):
            return said
    return {}

"""What the stories of the world are told with: the bot's place at the other end, and the customer's hands."""

import asyncio
import socket
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.demo.slack.local import LocalSlack
from bot.demo.world.world import World

Json = dict[str, Any]
ERRORS = "C0ERRORS"


@dataclass
class Receiver:
    """Stands where the bot takes its hooks: keeps what comes in, by source; `refusing` answers that many with a 503."""

    url: str = ""
    taken: list[tuple[str, Json]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    refusing: int = 0
    _came: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def take(self, request: web.Request) -> web.Response:
        if self.refusing:
            self.refusing -= 1
            return web.Response(status=503)
        async with self._came:
            self.raw.append(await request.read())
            self.taken.append((request.match_info["source"], await request.json()))
            self._came.notify_all()
        return web.Response()

    async def expect(self, source: str, number: int = 1) -> list[Json]:
        """The first `number` deliveries of a source, once they are there."""
        async with self._came:
            await asyncio.wait_for(self._came.wait_for(lambda: len(self.of(source)) >= number), 10)
        return self.of(source)

    def of(self, source: str) -> list[Json]:
        return [body for name, body in self.taken if name == source]


@dataclass(frozen=True, kw_only=True)
class Scene:
    world: World
    slack: LocalSlack
    bot: Receiver
    http: aiohttp.ClientSession
    makegood: AsyncWebClient
    cards: dict[str, str] = field(default_factory=dict)
    forgotten: list[str] = field(default_factory=list)

    async def press(self, path: str, **form: str) -> tuple[int, str]:
        """The customer presses a button in the browser: status and page."""
        async with self.http.post(path, data=form) as answer:
            return answer.status, await answer.text()

    async def opens(self, path: str) -> tuple[int, str]:
        async with self.http.get(path) as answer:
            return answer.status, await answer.text()

    async def act(self, **body: object) -> tuple[int, Json]:
        async with self.http.post("/world/act", json=body) as answer:
            return answer.status, await answer.json()

    async def posts(self, text: str, **more: Any) -> str:
        """Makegood says something in the error channel."""
        answer = await self.makegood.chat_postMessage(channel=ERRORS, text=text, **more)
        return str(answer["ts"])

    async def shows(self, text: str, bug: str = "BUG-1", **more: Any) -> str:
        """Makegood's card of a bug: posted once, then kept up to date."""
        if bug in self.cards:
            await self.makegood.chat_update(channel=ERRORS, ts=self.cards[bug], text=text, **more)
        else:
            self.cards[bug] = await self.posts(text, **more)
        return self.cards[bug]

    async def tour(self) -> dict[str, Json]:
        snapshot = await self.world.snapshot()
        return {step["id"]: step for step in snapshot["tour"]["steps"]}

    async def done(self) -> set[str]:
        return {name for name, step in (await self.tour()).items() if step["done"]}

    async def active(self) -> str | None:
        return next((name for name, step in (await self.tour()).items() if step["active"]), None)


async def served(app: web.Application, listener: socket.socket) -> web.AppRunner:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    return runner


def listener_on_loopback() -> tuple[socket.socket, str]:
    listener = socket.create_server(("127.0.0.1", 0))
    return listener, f"http://127.0.0.1:{listener.getsockname()[1]}"

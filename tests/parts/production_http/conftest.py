"""Real HTTP services on loopback, and the ear of whoever started a run."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.production.action import HttpAction, RunOutcome, RunRef
from bot.production.http.runtime import HttpRuntime
from bot.production.redaction import Redactor
from bot.production.targets import HttpTarget

RUN = RunRef(bug="BUG-17", run=3, owner="U0DEV", salt="pepper")
TOKEN = "t0ken-of-production"


@dataclass
class Ear:
    """Remembers what a run said, and what it wanted kept."""

    lines: list[str] = field(default_factory=list)
    kept: list[bytes] = field(default_factory=list)
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    on_line: Callable[[str], None] = lambda _: None

    async def progress(self, text: str) -> None:
        self.lines.append(text)
        self.on_line(text)

    async def begin(self, image: bytes) -> None:
        await self.keep(image)

    async def keep(self, image: bytes) -> None:
        self.kept.append(image)


Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Service:
    """Answers as the story says, and remembers each request."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, dict[str, str], Any]] = []
        self.answers: list[Answer] = []
        self.base_url = ""
        self._runner: web.AppRunner | None = None

    async def start(self, tls: ssl.SSLContext | None = None) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=tls)
        await site.start()
        self.base_url = f"http{'s' if tls else ''}://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def calls(self) -> list[str]:
        return [f"{method} {path}" for method, path, _, _ in self.seen]

    def answers_with(self, *statuses: int, body: Any = None, headers: dict[str, str] | None = None) -> None:
        async def answer(status: int, _: web.Request) -> web.Response:
            return web.json_response({} if body is None else body, status=status, headers=headers)

        self.answers += [partial(answer, status) for status in statuses]

    def cuts(self, times: int = 1) -> None:
        """The work is done, the answer never arrives."""

        async def answer(request: web.Request) -> web.Response:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()

        self.answers += [answer] * times

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else None
        self.seen.append((request.method, request.raw_path, dict(request.headers), body))
        return await self.answers.pop(0)(request) if self.answers else web.json_response({"ok": True})


_CONNECTED: list[HttpRuntime] = []


def connected(target: HttpTarget, redactor: Redactor) -> HttpRuntime:
    """Closed when the test is over."""
    _CONNECTED.append(HttpRuntime(target, redactor))
    return _CONNECTED[-1]


@pytest.fixture(autouse=True)
async def all_closed() -> AsyncIterator[None]:
    yield
    while _CONNECTED:
        await _CONNECTED.pop().close()


@dataclass(frozen=True, kw_only=True)
class Place:
    service: Service
    target: HttpTarget

    @property
    def runtime(self) -> HttpRuntime:
        return connected(self.target, Redactor([TOKEN]))

    async def run(self, action: HttpAction, ear: Ear | None = None, run: RunRef = RUN) -> RunOutcome:
        preview = await self.runtime.preview(action, run)
        return await self.runtime.run(action, preview, run, ear or Ear())


def target_at(base_url: str, **settings: Any) -> HttpTarget:
    bearer = {"Authorization": SecretStr(f"Bearer {TOKEN}")}
    return HttpTarget(name="app", base_url=base_url, headers=bearer, **{"timeout": 3, **settings})


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
async def services() -> AsyncIterator[Callable[[], Awaitable[Service]]]:
    started: list[Service] = []

    async def build() -> Service:
        service = Service()
        await service.start()
        started.append(service)
        return service

    yield build
    for service in started:
        await service.stop()


@pytest.fixture
async def place(services: Callable[[], Awaitable[Service]]) -> Place:
    service = await services()
    return Place(service=service, target=target_at(service.base_url))

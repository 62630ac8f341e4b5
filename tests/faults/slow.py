"""An HTTP service that works when it is told to, answers when it is told to, and counts what reached it."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web


class Slow:
    """`work[name]` lets a job be done, `answer[name]` lets its answer go out; runs end once their job may be done."""

    def __init__(self) -> None:
        self.base_url = ""
        self.starts: Counter[str] = Counter()
        self.looks: Counter[str] = Counter()
        self.done: set[str] = set()
        self.work: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self.answer: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def finish(self, name: str) -> None:
        self.work[name].set()
        self.answer[name].set()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/jobs/{name}", self._job),
            web.get("/jobs/{name}", self._check),
            web.post("/runs/{name}", self._start),
            web.get("/runs/{name}", self._look),
            web.get("/held/{name}", self._held),
        ]

    async def _job(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        self.starts[name] += 1
        await self.work[name].wait()
        self.done.add(name)
        await self.answer[name].wait()
        return web.json_response({"done": True})

    async def _check(self, request: web.Request) -> web.Response:
        return web.json_response({}, status=200 if request.match_info["name"] in self.done else 404)

    async def _held(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        self.looks[name] += 1
        await self.answer[name].wait()
        return await self._check(request)

    async def _start(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        self.starts[name] += 1
        return web.json_response({"id": name}, status=201)

    async def _look(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        self.looks[name] += 1
        return web.json_response({"status": "done" if self.work[name].is_set() else "working"})


@asynccontextmanager
async def slow_service() -> AsyncIterator[Slow]:
    slow, app = Slow(), web.Application()
    app.add_routes(slow.routes())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slow.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield slow
    for name in (*slow.starts, *slow.looks):
        slow.finish(name)
    await runner.cleanup()

"""The shop's pages, as probes see them: each answers what the story says."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass
class Site:
    url: str = ""
    status: dict[str, int] = field(default_factory=lambda: {"/menus": 500, "/home": 200})
    after: dict[str, int] = field(default_factory=dict)
    """What they answer once they were asked."""

    async def answer(self, request: web.Request) -> web.Response:
        status = self.status[request.path]
        self.status[request.path] = self.after.get(request.path, status)
        return web.Response(status=status)


@asynccontextmanager
async def serving() -> AsyncIterator[Site]:
    site, app = Site(), web.Application()
    app.router.add_get("/{tail:.*}", site.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield site
    await runner.cleanup()

"""The control API: people's acts, state, faults and time over HTTP, for the demo's page and for tests from outside."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from aiohttp import WSCloseCode, web

from bot.demo.slack.clock import Clock
from bot.demo.slack.faults import Faults
from bot.demo.slack.records import Act, ActError, Json, SlackError
from bot.demo.slack.world import World

PAUSE_SECONDS = 0.05  # at most twenty snapshots a second


Do = Callable[..., Awaitable[Any]]
"""Somebody's act: (user, **arguments)."""


@dataclass(frozen=True, kw_only=True)
class Control:
    acts: Mapping[str, Do]
    world: World
    clock: Clock
    faults: Faults
    snapshot: Callable[[str], Json]
    subscribe: Callable[[Callable[[], None]], Callable[[], None]]
    reset: Callable[[], None]
    _feeds: set[web.WebSocketResponse] = field(default_factory=set)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/control/act", self._act),
            web.get("/control/state", self._state),
            web.get("/control/ws", self._feed),
            web.post("/control/fault", self._answered(self._fault)),
            web.post("/control/reset", self._answered(lambda _asked: self.reset())),
            web.post("/control/clock", self._answered(self._clock)),
        ]

    async def close(self) -> None:
        for feed in list(self._feeds):
            await feed.close(code=WSCloseCode.GOING_AWAY)

    async def _act(self, request: web.Request) -> web.Response:
        """{"as": user, "do": what, …}: the other keys are that act's arguments."""
        try:
            asked = json.loads(await request.text())
            result = await self._do(asked.pop("do"), asked.pop("as", None), asked)
        except (ActError, SlackError, ValueError, TypeError, KeyError) as error:
            return _refusal(error)
        answer = asdict(result) if isinstance(result, Act) else result
        if isinstance(result, Act) and result.response_action == "errors":
            return _json({"ok": False, "error": "errors", "response_action": "errors", "errors": result.errors})
        if isinstance(result, Act) and not result.ok:
            return _json({"ok": False, "error": result.error, "result": answer})
        return _json({"ok": True, "result": answer})

    async def _do(self, act: str, user: str | None, arguments: Json) -> Any:
        if act not in self.acts:
            raise ActError(f"nobody can {act!r} here; there are {list(self.acts)}")
        return await self.acts[act](user, **arguments)

    async def _state(self, request: web.Request) -> web.Response:
        try:
            return _json(self.snapshot(request.query.get("as", "")))
        except ActError as error:
            return _refusal(error)

    def _fault(self, asked: Json) -> None:
        self.faults.add(**asked)

    def _clock(self, asked: Json) -> None:
        """{"advance": seconds} and/or {"scale": how many of Slack's seconds one of ours is}"""
        if "scale" in asked:
            self.clock.set_scale(float(asked["scale"]))
        self.clock.advance(float(asked.get("advance", 0)))

    def _answered(self, command: Callable[[Json], None]) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answer(request: web.Request) -> web.Response:
            try:
                command(json.loads(await request.text() or "{}"))
            except (ValueError, TypeError) as error:
                return _refusal(error)
            return _json({"ok": True, "now": self.clock.now(), "scale": self.clock.scale})

        return answer

    async def _feed(self, request: web.Request) -> web.StreamResponse:
        """A snapshot at once and after changes, several changes in one."""
        user = request.query.get("as", "")
        if user not in self.world.people:
            return web.Response(status=404, text=f"nobody here is {user!r}")
        feed = web.WebSocketResponse(heartbeat=15.0)
        await feed.prepare(request)
        self._feeds.add(feed)
        changed = asyncio.Event()
        unsubscribe = self.subscribe(changed.set)
        sending = asyncio.ensure_future(self._send(feed, user, changed))
        try:
            async for _ in feed:
                pass  # the page only listens; this notices when it goes
        finally:
            unsubscribe()
            sending.cancel()
            self._feeds.discard(feed)
        return feed

    async def _send(self, feed: web.WebSocketResponse, user: str, changed: asyncio.Event) -> None:
        while not feed.closed:
            changed.clear()
            try:
                await feed.send_json(self.snapshot(user))
            except (ConnectionError, ActError):
                return  # the page, or whose page it was, has gone in the meantime
            await asyncio.sleep(PAUSE_SECONDS)
            await changed.wait()


def _json(body: Any) -> web.Response:
    return web.json_response(body)


def _refusal(error: Exception) -> web.Response:
    return web.json_response({"ok": False, "error": str(error) or type(error).__name__}, status=400)

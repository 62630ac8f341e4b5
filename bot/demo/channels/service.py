"""What the HTTP fakes have in common: every request passes the faults first; whoever listens hears of changes."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from aiohttp import web

from bot.demo.channels.faults import Faults, too_many
from bot.demo.channels.limits import Limit

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Refusal(Exception):
    """The service says no: a status and its JSON."""

    def __init__(self, status: int, body: object) -> None:
        super().__init__(f"{status} {body}")
        self.status, self.body = status, body


class Changes:
    def __init__(self) -> None:
        self._listeners: list[Callable[[], None]] = []

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Returns the way to unsubscribe."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def announce(self) -> None:
        for listener in tuple(self._listeners):
            listener()


def refuse_unknown(given: Iterable[str], known: Iterable[str]) -> None:
    if strange := sorted(set(given) - set(known)):
        raise Refusal(422, {"error": f"Unknown fields: {', '.join(strange)}"})


async def json_body(request: web.Request) -> dict[str, object]:
    try:
        body = await request.json()
    except ValueError:
        raise Refusal(400, {"error": "The body is not JSON"}) from None
    if not isinstance(body, dict):
        raise Refusal(422, {"error": "An object is expected"})
    return body


def guarded(faults: Faults, handler: Handler, limit: Limit | None = None) -> Handler:
    """The handler behind the service's own limit and the faults; a Refusal becomes its JSON."""

    async def served(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refusal as refusal:
            return web.json_response(refusal.body, status=refusal.status)

    async def limited(request: web.Request) -> web.StreamResponse:
        if limit is None:
            return await struck(request)
        answer = limit.check() or await struck(request)
        answer.headers.update(limit.headers)
        return answer

    async def struck(request: web.Request) -> web.StreamResponse:
        fault = faults.take(request.method)
        if fault is None:
            return await served(request)
        if fault.kind == "429":
            return too_many(fault)
        if fault.kind.startswith("after_"):
            await served(request)
        return await _fail(request, fault.kind)

    return limited


async def _fail(request: web.Request, kind: str) -> web.StreamResponse:
    if kind.endswith("hang"):
        await _until_gone(request)
    if kind in {"after_cut", "hang", "after_hang"} and request.transport is not None:
        request.transport.abort()
    if kind == "nonsense":
        return web.Response(text="<html>It works!</html>", content_type="text/html")
    return web.json_response({"error": "Internal error"}, status=503 if kind == "503" else 500)


async def _until_gone(request: web.Request) -> None:
    """aiohttp does not tell a handler that its client has left; the transport does."""
    while request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110 - there is no event for it
        await asyncio.sleep(0.01)

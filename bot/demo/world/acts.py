"""What the page may do in the world: the customer's part, the board's, and the stories. One table."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from bot.bug.errors import Invalid, Refused

Json = dict[str, Any]
Act = Callable[[Json], Awaitable[None]]

LONGEST = 4000


def text_of(body: Json, name: str, default: str | None = None) -> str:
    """A field that must be said, unless it has a default; cut where nobody would read on."""
    value = body.get(name, default)
    if not isinstance(value, str) or (default is None and not value.strip()):
        raise Invalid(f'Say "{name}": a text.')
    return value.strip()[:LONGEST]


def route(acts: Mapping[str, Act]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def act(request: web.Request) -> web.Response:
        try:
            body = await _body(request)
            await _named(acts, body)(body)
        except Refused as refused:
            return web.json_response({"ok": False, "error": str(refused)}, status=400)
        return web.json_response({"ok": True})

    return act


def _named(acts: Mapping[str, Act], body: Json) -> Act:
    act = acts.get(text_of(body, "do"))
    if act is None:
        raise Invalid(f'Nothing is called {body["do"]!r} here. "do" is one of: {", ".join(sorted(acts))}.')
    return act


async def _body(request: web.Request) -> Json:
    try:
        body = await request.json()
    except json.JSONDecodeError:
        raise Invalid("The body is not JSON.") from None
    if not isinstance(body, dict):
        raise Invalid("The body is not a JSON object.")
    return body

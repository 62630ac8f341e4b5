"""The Web API over HTTP: reads a call however it was sent, checks token, scope and pace, answers, and records it."""

import asyncio
import json
import re
from dataclasses import dataclass

from aiohttp import web

from bot.demo.slack.api.registry import METHODS, Args, Context, Method
from bot.demo.slack.faults import Fault, Faults
from bot.demo.slack.limits import RateLimiter
from bot.demo.slack.records import Call, Json, SlackError
from bot.demo.slack.world import World

HANG_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Tokens:
    bot: str
    app: str
    signing_secret: str


class WebApi:
    def __init__(self, world: World, tokens: Tokens, faults: Faults, *, rate_limits: bool) -> None:
        self._world, self._tokens, self._faults = world, tokens, faults
        self._limiter = RateLimiter(world.now) if rate_limits else None
        self._stopping = asyncio.Event()

    def routes(self) -> list[web.RouteDef]:
        return [web.route(verb, "/api/{method}", self._handle) for verb in ("GET", "POST")]

    def release(self) -> None:
        """Lets go of calls that hang by a fault, so that a server can stop."""
        self._stopping.set()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        self._world.base_url = base_of(request, f"/api/{name}")
        args, token = await _read(request)
        begun = self._world.now()
        fault = self._faults.take_for_call(name)
        if fault and (refused := await self._before(request, fault)):
            self._record(begun, name, args, {"ok": False, "error": f"fault {fault.kind}"}, refused.status)
            return refused
        answer, headers = self._answer(name, args, token)
        status = 429 if answer.get("error") == "ratelimited" else 200
        self._record(begun, name, args, answer, status)
        if fault and (lost := await self._after(request, fault)):
            return lost
        return web.json_response(answer, status=status, headers=headers)

    def _answer(self, name: str, args: Json, token: str) -> tuple[Json, dict[str, str]]:
        headers = {"X-OAuth-Scopes": ",".join(sorted(self._world.manifest.scopes))}
        try:
            method = _method(name)
            self._refuse_token(method, token)
            self._refuse_scope(method)
            if wait := self._wait(method, args):
                return {"ok": False, "error": "ratelimited"}, headers | {"Retry-After": str(wait)}
            context = Context(world=self._world, args=Args(args), base_url=self._world.base_url)
            return {"ok": True, **method.answer(context)}, headers
        except SlackError as error:
            return {"ok": False, "error": error.code, **error.detail}, headers

    def _refuse_token(self, method: Method, token: str) -> None:
        if not token:
            raise SlackError("not_authed")
        if token not in {self._tokens.bot, self._tokens.app}:
            raise SlackError("invalid_auth")
        if method.app_token != (token == self._tokens.app):
            raise SlackError("not_allowed_token_type")

    def _refuse_scope(self, method: Method) -> None:
        provided = self._world.manifest.scopes
        if method.scopes and not provided & set(method.scopes):
            raise SlackError("missing_scope", {"needed": method.scopes[0], "provided": ",".join(sorted(provided))})

    def _wait(self, method: Method, args: Json) -> int | None:
        return self._limiter.retry_after(method.name, method.tier, str(args.get("channel"))) if self._limiter else None

    async def _before(self, request: web.Request, fault: Fault) -> web.Response | None:
        """Faults after which the call never happened."""
        if fault.kind == "429":
            headers = {"Retry-After": str(fault.retry_after)}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        if fault.kind == "500":
            return web.Response(status=500, text="Internal Server Error")
        if fault.kind == "hang":
            return await self._hang(request)
        if fault.kind.startswith("error:"):
            return web.json_response({"ok": False, "error": fault.kind.removeprefix("error:")})
        return None

    async def _after(self, request: web.Request, fault: Fault) -> web.Response | None:
        """Faults after which the call has happened, but the caller cannot know."""
        if fault.kind == "after_500":
            return web.Response(status=500, text="Internal Server Error")
        if fault.kind == "drop_after":
            return _cut(request)
        if fault.kind == "after_hang":
            return await self._hang(request)
        return None

    async def _hang(self, request: web.Request) -> web.Response:
        try:
            await asyncio.wait_for(self._stopping.wait(), HANG_SECONDS)
        except TimeoutError:
            return _cut(request)
        return _cut(request)

    def _record(self, begun: float, name: str, args: Json, answer: Json, status: int) -> None:
        took = self._world.now() - begun
        self._world.record_call(Call(at=begun, method=name, args=args, answer=answer, status=status, took=took))


def base_of(request: web.Request, tail: str) -> str:
    """Where this workspace is mounted, as its caller sees it."""
    return f"{request.url.origin()}{request.path.removesuffix(tail)}"


def _cut(request: web.Request) -> web.Response:
    """Closes the connection without an answer; the response is only there for the server's sake."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def _method(name: str) -> Method:
    if name not in METHODS:
        raise SlackError("unknown_method", {"req_method": name})
    return METHODS[name]


async def _read(request: web.Request) -> tuple[Json, str]:
    """Arguments from query, form, multipart or JSON, merged; the token from the header or among them."""
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        args |= await _json_body(request)
    elif request.can_read_body:
        args |= dict(await request.post())
    bearer = re.fullmatch(r"Bearer (\S+)", request.headers.get("Authorization", ""))
    own = str(args.pop("token", ""))
    return args, bearer.group(1) if bearer else own


async def _json_body(request: web.Request) -> Json:
    try:
        body = json.loads(await request.text() or "{}")
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}

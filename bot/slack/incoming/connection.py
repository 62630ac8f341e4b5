"""Connects to Slack: two sockets with a watchdog, or signed HTTP. Checks the tokens before anything starts."""

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.bug.errors import Misconfigured, Unavailable
from bot.bug.values import Frozen
from bot.outgoing.client import reason
from bot.process.tasks import Lasting, surviving
from bot.settings.environment import Environment

log = logging.getLogger(__name__)

CONNECTIONS = 2
"""So that a refresh of one never leaves none."""
PATIENCE = 4
"""Ping intervals without a sign of life before a connection is made anew."""
CHECK_EVERY = 5.0
START_TIMEOUT = 10.0
RETRY = 5.0
"""Seconds until a Slack that is away at the start is asked again."""
OUTBOUND = {"production", "billing"}
"""Sinks that never talk to Slack."""
_SECONDS = re.compile(r"[0-9]{1,12}")
_FATAL = frozenset(
    {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "not_allowed_token_type", "missing_scope"}
)


class Identity(Frozen):
    """Who we are in this workspace."""

    team: str
    user: str
    bot: str
    url: str
    """Of the workspace, with a slash at its end."""

    def wrote(self, event: Mapping[str, Any]) -> bool:
        """Whether this message is our own."""
        return event.get("bot_id") == self.bot or event.get("user") == self.user


async def introduced(client: AsyncWebClient, environment: Environment, sinks: Iterable[str]) -> Identity:
    """A wrong token ends the start; a Slack that is away is waited for."""
    if not environment.bot_token.get_secret_value():
        return unconnected(environment.team, sinks)
    while True:
        try:
            me = await identify(client)
            if environment.app_token:
                await check_app_token(client, environment.app_token.get_secret_value())
        except Unavailable as error:
            log.warning("%s Trying again in %.0f s.", error, RETRY)
            await asyncio.sleep(RETRY)
        else:
            return me


async def identify(client: AsyncWebClient) -> Identity:
    """auth.test with a short patience. Raises Misconfigured for a token that will never do, Unavailable for a Slack that is away."""
    answer = await _asked(client.auth_test(), "SLACK_BOT_TOKEN")
    return Identity(
        team=answer["team_id"], user=answer["user_id"], bot=answer.get("bot_id") or "", url=answer.get("url") or ""
    )


def unconnected(team: str, sinks: Iterable[str]) -> Identity:
    """A second process that never talks to Slack is told the workspace by name. Raises Misconfigured where it would have to."""
    if not sinks or set(sinks) - OUTBOUND:
        raise Misconfigured(
            "MAKEGOOD_TEAM without a token is enough only for `makegood run --sinks production,billing`."
        )
    return Identity(team=team, user="", bot="", url="")


async def check_app_token(client: AsyncWebClient, token: str) -> None:
    """One apps.connections.open: AsyncSocketModeHandler itself would retry a wrong token for ever."""
    await _asked(client.apps_connections_open(app_token=token), "SLACK_APP_TOKEN")


def _code(error: SlackApiError) -> str:
    """Slack's own word for it, or the status of an answer that has none."""
    data = error.response.data
    return str((data.get("error") if isinstance(data, dict) else "") or error.response.status_code)


async def _asked(call: Awaitable[Any], variable: str) -> Any:
    try:
        return await asyncio.wait_for(call, START_TIMEOUT)
    except SlackApiError as error:
        code = _code(error)
        if code in _FATAL:
            raise Misconfigured(
                f"Slack does not take {variable} ({code}). Copy the token again from your app's page; app_manifest.yml names the scopes."
            ) from None
        raise Unavailable(f"Slack answered {code} to the check of {variable}.") from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Unavailable(f"Slack can't be reached to check {variable} ({reason(error)}).") from error


@dataclass
class Sockets:
    """`alive` is what /ready asks; `keep` is the watchdog."""

    app: AsyncApp
    token: str
    client: AsyncWebClient
    lasting: Lasting = field(default_factory=Lasting)
    _handlers: list[AsyncSocketModeHandler] = field(default_factory=list)
    _keeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """What can't be connected now, the watchdog makes anew."""
        self._handlers = [self._new() for _ in range(CONNECTIONS)]
        for handler in self._handlers:
            await self._connect(handler)
        self._keeper = self.lasting.start("watching of the connections to Slack", self._keep())

    def _new(self) -> AsyncSocketModeHandler:
        return AsyncSocketModeHandler(self.app, self.token, web_client=self.client)

    async def _connect(self, handler: AsyncSocketModeHandler) -> None:
        connecting = handler.connect_async()  # type: ignore[no-untyped-call] # Bolt's own is not annotated
        try:
            await asyncio.wait_for(connecting, START_TIMEOUT)
        except SlackApiError as error:
            log.warning("Slack refuses the connection: %s. Trying again.", _code(error))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("Slack can't be reached: %s. Trying again.", reason(error))

    async def alive(self) -> bool:
        return any([await handler.client.is_connected() for handler in self._handlers])

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(CHECK_EVERY)
            for index, handler in enumerate(self._handlers):
                with surviving("A connection to Slack could not be looked after, and is tried again"):
                    if not await self._healthy(handler):
                        await self._renew(index, handler)

    async def _healthy(self, handler: AsyncSocketModeHandler) -> bool:
        """Connected, and heard of lately: a killed TCP connection looks open for ever."""
        client = handler.client
        last = client.last_ping_pong_time
        silent = last is not None and time.time() - last > client.ping_interval * PATIENCE
        return await client.is_connected() and not silent

    async def _renew(self, index: int, old: AsyncSocketModeHandler) -> None:
        log.warning("A connection to Slack is silent; making a new one.")
        self._handlers[index] = fresh = self._new()
        try:
            await self._connect(fresh)
        finally:
            await old.close_async()  # type: ignore[no-untyped-call] # Bolt's own is not annotated

    async def stop(self) -> None:
        if self._keeper:
            await self.lasting.stop(self._keeper)
        for handler in self._handlers:
            await handler.close_async()  # type: ignore[no-untyped-call] # as above


def http_handler(app: AsyncApp) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """POST /slack/events: signatures are checked by Bolt, which reads the body first."""

    async def handle(request: web.Request) -> web.StreamResponse:
        if not _could_be_signed(request):
            return web.Response(status=401, text="Not signed by Slack.\n")
        try:
            asked = await to_bolt_request(request)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError, web.RequestPayloadError):
            # no JSON, no object, an unknown charset, a false Content-Encoding: whatever it is, Slack sent no such thing
            return web.Response(status=400, text="This is no request of Slack's.\n")
        return await to_aiohttp_response(await app.async_dispatch(asked))

    return handle


def _could_be_signed(request: web.Request) -> bool:
    """Bolt's own check breaks off at a time that is no number and at a signature beyond ASCII; no headers at all it answers."""
    at = request.headers.get("X-Slack-Request-Timestamp")
    signature = request.headers.get("X-Slack-Signature", "")
    return signature.isascii() and (at is None or bool(_SECONDS.fullmatch(at)))

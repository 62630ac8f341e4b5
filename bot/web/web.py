"""Serves our own HTTP: hooks (200 only once stored), Slack's events, health, readiness, metrics."""

import errno
import hmac
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from bot.adapters.hooks import CUSTOMER, find
from bot.adapters.opening import MAIL
from bot.adapters.ports import BoardAdapter, BoardChange, ChannelAdapter, ForgeAdapter, Hook, Known, TrackerAdapter
from bot.bug.debt.pull import ChecksChange, PullChange
from bot.bug.errors import Misconfigured, NotFound, Unauthorised, Unavailable, UnknownKind, Unreadable
from bot.bug.keys import fit
from bot.bug.values import Alert, AlertKind, Frozen, Inbound, InboundKind
from bot.intake import again, alerts
from bot.intake.sources import ALERTS, BOARD, CHECKS, PEOPLE, PULL
from bot.ledger import strange
from bot.ledger.inbox.inbox import Inbox, Item
from bot.ledger.inbox.worker import InboxWorker
from bot.process.latest import Latest
from bot.settings.sections import HookSettings
from bot.settings.settings import Settings
from bot.web.door import MIB, Door, Runner
from bot.web.metrics import Metrics

log = logging.getLogger(__name__)

LINGERING = 2.0
"""Seconds that the rest of a body is still read after its answer, so that the answer arrives."""
LEFT_OUT = "ok: this kind is left out on purpose, nothing is opened for it"
PRESENCE = "ok: this tells whether somebody is there; on purpose it opens nothing by itself"
Ready = Callable[[], Awaitable[Mapping[str, bool]]]


class Delivery(Frozen):
    """What a hook's body comes down to: who handles it, and the text that is stored."""

    handler: str
    bodies: tuple[tuple[str, str], ...]
    """(key, body) pairs; none: of a kind that is left out on purpose."""
    said: str = "ok"
    alerts: tuple[Alert, ...] = ()
    """What the one body of a tracker says."""


@dataclass(frozen=True, kw_only=True)
class Web:
    settings: Settings
    inflow: InboxWorker
    ready: Ready
    metrics: Metrics
    waiting: Callable[[], Awaitable[int]]
    """How many bugs wait for Slack."""
    board: Latest[Known]
    """What our board knows of itself: its lists by id, and who we are there."""
    trouble: Callable[[], str] = str
    """Why the database can't be written, and what has ended that must run."""
    slack: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None
    pages: Sequence[web.RouteDef] = ()
    """For people, outside of Slack."""
    door: Door = field(default_factory=Door)

    def app(self) -> web.Application:
        app = web.Application(client_max_size=MIB, middlewares=[self.door.middleware, _or_later])
        app.router.add_post("/hooks/{source}/{token}", self.hook)
        app.router.add_get("/hooks/{source}/{token}", self.hook_is_there)
        app.router.add_get("/health", self.health)
        app.router.add_get("/ready", self.readiness)
        app.router.add_get("/metrics", self.show_metrics)
        app.add_routes(self.pages)
        if self.slack:
            app.router.add_post("/slack/events", self.slack_events)
        return app

    async def health(self, _request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def readiness(self, _request: web.Request) -> web.Response:
        """Database, Slack connection and what must run, and what Slack does not take: that makes nobody unready, for hooks are kept."""
        parts = dict(await self.ready())
        waits = await self.waiting() if parts.get("database") else 0
        why = {"why": said} if (said := self.trouble()) else {}
        told = {**parts, **why, **({"bugs_waiting_for_slack": waits} if waits else {})}
        return web.json_response(told, status=200 if all(parts.values()) else 503)

    async def show_metrics(self, _request: web.Request) -> web.Response:
        return web.Response(body=await self.metrics.text(), content_type="text/plain", charset="utf-8")

    async def slack_events(self, request: web.Request) -> web.StreamResponse:
        """Slack comes from few addresses with many requests: only the time is limited, never their number."""
        await self.door.body(request, limited=False)
        if self.slack is None:
            raise web.HTTPNotFound
        return await self.slack(request)

    async def hook_is_there(self, request: web.Request) -> web.Response:
        """HEAD and GET: the service asks before it sends."""
        self._settings(request)
        return web.Response(text="Makegood listens here.\n")

    async def hook(self, request: web.Request) -> web.Response:
        source = request.match_info["source"]
        settings = self._settings(request)
        self.metrics.counters.hooks.labels(source).inc()
        body = await self.door.body(request, most=_largest(source))
        hook = Hook(
            headers={k.lower(): v for k, v in request.headers.items()},
            body=body,
            url=self._url(request),
            at=datetime.now(UTC),
        )
        try:
            delivery = read(source, hook, settings, self.settings, self.board.value)
        except Unauthorised as error:
            return web.Response(status=401, text=f"{error}\n")
        except Unreadable as error:
            return web.Response(status=400, text=f"{error}\n")
        except UnknownKind as error:
            return await self._strange(source, error, body)
        for key, text in delivery.bodies:
            stored = await again.key(self.inflow.inbox, key)
            await self.inflow.submit(Item(key=stored, source=delivery.handler, body=text, alerts=delivery.alerts))
        return web.Response(text=f"{delivery.said}\n")

    async def _strange(self, source: str, error: UnknownKind, body: bytes) -> web.Response:
        """200, since services switch a hook off that refuses; but a person gets to know of it."""
        inbox: Inbox = self.inflow.inbox
        text = body.decode("utf-8", "replace")
        await strange.keep(inbox.db, inbox.team, inbox.clock(), source=source, kind=error.kind, body=text)
        self.metrics.counters.strange.labels(source).inc()
        log.info("%s It is kept, and shown to people.", error)
        return web.Response(text=f"Kept, but not understood: {error} Nothing was opened for it.\n")

    def _settings(self, request: web.Request) -> HookSettings:
        """The hook's settings, if the token in the address is right. Answers 401 without saying what was wrong."""
        found = self.settings.hooks.get(request.match_info["source"])
        given = request.match_info["token"].encode()
        if not hmac.compare_digest(found.token.get_secret_value().encode() if found else b"\0", given) or not found:
            raise web.HTTPUnauthorized(text="Wrong token, or no [hooks.…] for this source.\n")
        return found

    def _url(self, request: web.Request) -> str:
        public = self.settings.web.public_url
        return f"{public}{request.path_qs}" if public else str(request.url)


@web.middleware
async def _or_later(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> Any:
    """Nothing is taken that can't be kept: whoever brings it is asked to come again."""
    try:
        return await handler(request)
    except (Unavailable, SQLAlchemyError) as error:
        log.warning("Turned away for now: %s", error)
        return web.Response(status=503, text="The database is not there just now. Nothing was stored; send it again.\n")


async def serve(app: web.Application, host: str, port: int, door: Door) -> web.AppRunner:
    """Raises Misconfigured where nobody can listen there."""
    runner = Runner(app, door, access_log=None, shutdown_timeout=3, lingering_time=LINGERING)
    await runner.setup()
    try:
        await runner.listen(host, port)
    except OSError as error:
        await runner.cleanup()
        why = "another process listens there already" if error.errno == errno.EADDRINUSE else error.strerror or error
        raise Misconfigured(
            f"Makegood can't listen on {host}:{port}: {why}. Set MAKEGOOD_PORT or MAKEGOOD_HOST."
        ) from None
    return runner


def read(hook_name: str, hook: Hook, own: HookSettings, settings: Settings, board: Known | None = None) -> Delivery:
    """Verifies and parses. Raises Unauthorised, Unreadable or UnknownKind."""
    try:
        source = find(hook_name)
    except NotFound as error:
        raise Unreadable(str(error)) from error
    source.verify(hook, own.secret.get_secret_value() if own.secret else None)
    match source:
        case TrackerAdapter():
            return _alerts(hook_name, hook, source.parse(hook, own.model_dump()))
        case ChannelAdapter():
            return _people(hook_name, source.parse(hook, _table(source.name, settings)))
        case BoardAdapter():
            return _board(source.parse(hook, board or Known()))
        case ForgeAdapter():
            return _code(source.parse(hook, own.model_dump()))


def _largest(hook_name: str) -> int:
    """Bytes of one delivery."""
    try:
        source = find(hook_name)
    except NotFound:
        return MIB
    return source.largest if isinstance(source, ChannelAdapter) else MIB


def _alerts(hook_name: str, hook: Hook, found: tuple[Alert, ...]) -> Delivery:
    named = tuple(a for a in found if a.kind is not AlertKind.OTHER)
    if not named:
        return Delivery(handler=ALERTS, bodies=(), said=LEFT_OUT)
    one = (again.of_alerts(hook_name, hook.body, named), alerts.body(named))
    return Delivery(handler=ALERTS, bodies=(one,), alerts=named)


def _table(channel: str, settings: Settings) -> Mapping[str, Any]:
    return settings.customers.get(channel, settings.mail if MAIL in channel else {})


def _people(hook_name: str, parsed: tuple[Inbound, ...]) -> Delivery:
    found = tuple(i for i in parsed if i.kind is not InboundKind.OTHER)
    key = hook_name.removeprefix(CUSTOMER)
    bodies = tuple((fit(f"in:{key}:{i.event}"), i.to_json()) for i in found)
    return Delivery(handler=PEOPLE, bodies=bodies, said=_said(found))


def _said(found: tuple[Inbound, ...]) -> str:
    """The answer, for the person who sets the webhook up."""
    if not found:
        return LEFT_OUT
    return "ok" if any(i.text or i.subject for i in found) else PRESENCE


def _board(changes: tuple[BoardChange, ...]) -> Delivery:
    bodies = tuple((fit(f"board:{c.event}"), c.model_dump_json()) for c in changes)
    return Delivery(handler=BOARD, bodies=bodies, said="ok" if changes else LEFT_OUT)


def _code(changes: tuple[PullChange | ChecksChange, ...]) -> Delivery:
    bodies = tuple((fit(f"code:{c.event}"), c.model_dump_json()) for c in changes)
    checks = any(isinstance(c, ChecksChange) for c in changes)
    return Delivery(handler=CHECKS if checks else PULL, bodies=bodies, said="ok" if changes else LEFT_OUT)

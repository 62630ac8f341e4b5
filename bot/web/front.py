"""Opens what faces Slack and the hooks: Bolt's listeners, the sockets or the signed HTTP, and our own pages."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from aiohttp import web
from slack_bolt.async_app import AsyncApp

from bot.adapters.connected import Connected
from bot.bug.course.delivery import system
from bot.ledger.db.engine import Database
from bot.ledger.inbox.inbox import Item
from bot.ledger.inbox.worker import InboxWorker
from bot.ledger.relay.held import bugs_of, held
from bot.process.closing import Closing
from bot.process.tasks import Lasting, cancelled
from bot.settings.environment import Environment
from bot.settings.settings import Settings
from bot.slack.incoming import connection, listeners
from bot.slack.incoming.connection import Sockets
from bot.slack.incoming.dispatcher import Dispatcher
from bot.slack.outgoing import channels
from bot.slack.outgoing.client import SlackPort
from bot.slack.session import Session
from bot.web.door import Door
from bot.web.links import Links
from bot.web.metrics import Metrics
from bot.web.web import Web, serve

log = logging.getLogger(__name__)

DRAIN = 10.0
"""Seconds that those are waited for who are being answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontParts:
    settings: Settings
    environment: Environment
    db: Database
    slack: Session
    dispatcher: Dispatcher
    inflow: InboxWorker
    metrics: Metrics
    outside: Connected
    lasting: Lasting


@dataclass(frozen=True, slots=True)
class Readiness:
    """What /ready says: the database can be written, Slack is connected, and nothing that must run all the time has ended."""

    db: Database
    slack: Sockets | SlackPort
    lasting: Lasting

    def why(self) -> str:
        """Of the database and of what has ended, in sentences without the last full stop; empty where all works."""
        ended = [f"Has ended, restart Makegood (its log says why): {', '.join(self.lasting.ended)}"]
        return ". ".join([self.db.trouble] * bool(self.db.trouble) + ended * bool(self.lasting.ended))

    async def __call__(self) -> dict[str, bool]:
        return {
            "database": await self.db.alive(),
            "slack": await self.slack.alive(),
            "running": not self.lasting.ended,
        }


async def open_front(parts: FrontParts, closing: Closing) -> None:
    """Returns when /ready would answer 200. What comes in last is closed first; who is being answered is waited for."""
    app = _bolt(parts)
    warm = asyncio.create_task(_warm(parts.slack, parts.settings.slack.error_channels, parts.settings.retro.channels))
    closing.at_end(lambda: cancelled(warm))
    sockets = _sockets(app, parts)
    ready = Readiness(parts.db, sockets or parts.slack.port, parts.lasting)
    site = Web(
        settings=parts.settings,
        inflow=parts.inflow,
        ready=ready,
        metrics=parts.metrics,
        board=parts.outside.known,
        trouble=ready.why,
        waiting=partial(bugs_waiting_for_slack, parts.db, parts.slack.me.team),
        door=Door(parts.settings.web.proxies),
        pages=_pages(parts),
        slack=None if sockets else connection.http_handler(app),
    )
    runner = await serve(site.app(), parts.environment.host, parts.environment.port, site.door)
    closing.at_end(lambda: parts.dispatcher.drain(DRAIN))
    closing.at_end(runner.cleanup)
    if sockets:
        closing.at_end(sockets.stop)
        await sockets.start()


def _pages(parts: FrontParts) -> Sequence[web.RouteDef]:
    """None where nobody is called outside of Slack."""
    secret, public = parts.settings.pager.secret, parts.settings.web.public_url
    if not (secret and public):
        return ()
    from bot.web.have_it import HaveIt  # noqa: PLC0415 - a start where nobody is called does without it

    return HaveIt(parts.dispatcher.context, Links(secret=secret, public=public)).routes()


def _bolt(parts: FrontParts) -> AsyncApp:
    secret = parts.environment.signing_secret.get_secret_value() if parts.environment.signing_secret else ""
    app = AsyncApp(name="makegood", client=parts.slack.client, signing_secret=secret)

    async def store(item: Item) -> None:
        await parts.inflow.submit(item)

    listeners.register(app, parts.dispatcher, store)
    return app


def _sockets(app: AsyncApp, parts: FrontParts) -> Sockets | None:
    """None where Slack calls us by HTTP."""
    token = parts.environment.app_token
    return Sockets(app, token.get_secret_value(), parts.slack.client, parts.lasting) if token else None


async def bugs_waiting_for_slack(db: Database, team: str) -> int:
    """How many bugs wait for Slack to take something."""
    async with db.read() as conn:
        return len(bugs_of(x for x in await held(conn, team) if system(x.sink) == "Slack"))


async def _warm(slack: Session, error_channels: Sequence[str], mondays: Sequence[str]) -> None:
    """Whether the channels let us in, and names for the first lines; nothing depends on it."""
    for said in await channels.closed(slack.port, error_channels):
        log.warning("%s", said)
    for said in await channels.closed(slack.port, mondays, channels.MONDAYS):
        log.warning("%s", said)
    try:
        await slack.directory.warm()
    except Exception as error:  # noqa: BLE001 - only a convenience: names then come one by one
        log.info("People could not be listed: %s", error)

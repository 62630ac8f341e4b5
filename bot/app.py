"""The composition root: the one module that knows every other. Builds the parts, starts and stops them in order."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot import outgoing, outside, shipped
from bot.bug.bug import Bug
from bot.bug.customers import CustomerJoined
from bot.bug.errors import Unavailable
from bot.bug.workspace import change_settings
from bot.intake.alerts import Alerts
from bot.intake.boards import BoardChanges
from bot.intake.conversation import Conversation
from bot.intake.people import People
from bot.intake.sources import ALERTS, BOARD, PEOPLE, PROPOSAL
from bot.ledger import workspace
from bot.ledger.db.engine import Database
from bot.ledger.db.file_lock import FileLock
from bot.ledger.db.migrate import migrate
from bot.ledger.db.notify import listen
from bot.ledger.inbox.inbox import Inbox, Item
from bot.ledger.inbox.worker import InboxWorker
from bot.ledger.index.flags import Flags
from bot.ledger.index.names import Names
from bot.ledger.ledger import SYSTEM, Ledger, Recorded
from bot.ledger.relay import lease
from bot.ledger.relay.pace import Pace
from bot.ledger.relay.relay import Relay
from bot.metrics import Metrics
from bot.production.catalogue import Catalogue
from bot.production.engine import Engine
from bot.settings import Environment, Settings
from bot.sinks.proposal import ProposalSink
from bot.slack.directory import Directory
from bot.slack.incoming import connection, listeners
from bot.slack.incoming.connection import Identity, Sockets
from bot.slack.incoming.context import Context
from bot.slack.incoming.dispatcher import SOURCE as ASK
from bot.slack.incoming.dispatcher import Dispatcher
from bot.slack.outgoing.client import KEPT, SlackPort, web_client
from bot.slack.verbs.reading import publish_home
from bot.suggestions import Suggestions
from bot.timers import Timers
from bot.web import Web, serve

log = logging.getLogger(__name__)

DRAIN = 10.0
RETRY = 5.0


@dataclass
class Bot:
    """`start` returns when /ready would answer 200; `stop` drains. `only` limits the sinks of this process."""

    settings: Settings
    runtime: Environment
    home: Path
    only: Sequence[str] = ()
    _stops: list[Any] = field(default_factory=list)

    async def start(self) -> None:
        self._connections()
        self.db = await self._database()
        self.client = web_client(self.runtime.bot_token.get_secret_value(), self.runtime.api_url, self.slack_http)
        self.me = await self._identify()
        self._ledger()
        await self._settings_changed()
        await self._parts()
        await self._sinks()
        await self._inflow()
        await self._run()

    def _connections(self) -> None:
        """Before anything else: what is wrong in the settings is said at once, not when Slack answers."""
        self.http, self.slack_http = outgoing.session(), outgoing.session(kept=KEPT)
        self._stops += [self.http.close, self.slack_http.close]
        self.outside = outside.connect(self.settings, self.http)
        self._stops.append(self.outside.close)

    async def _database(self) -> Database:
        if self.runtime.database_url.startswith("sqlite"):
            lock = FileLock.of(self.runtime.database_url)
            lock.take()
            self._stops.append(lock.free)
        db = Database(self.runtime.database_url)
        self._stops.append(db.close)
        await migrate(db)
        return db

    async def _identify(self) -> Identity:
        """A wrong token ends the start; a Slack that is away is waited for."""
        if not self.runtime.bot_token.get_secret_value():
            return connection.unconnected(self.runtime.team, self.only)
        while True:
            try:
                me = await connection.identify(self.client)
                if self.runtime.app_token:
                    await connection.check_app_token(self.client, self.runtime.app_token.get_secret_value())
            except Unavailable as error:
                log.warning("%s Trying again in %.0f s.", error, RETRY)
                await asyncio.sleep(RETRY)
            else:
                return me

    def _ledger(self) -> None:
        self.ledger = Ledger(self.db, self.me.team, {})
        self.metrics = Metrics(self.ledger)
        self.clock = lambda: self.ledger.clock().timestamp()
        self.inbox = Inbox(self.db, self.me.team, self.clock)
        self.pace = Pace(self.db, self.me.team, self.clock)
        self.flags = Flags(self.db, self.me.team, self.clock)
        self.port = SlackPort(self.client, self.pace)
        self.directory = Directory(self.port, self.me.team, self.settings.policy.approvers, Names(self.flags).remember)
        self.memory = Suggestions(self.ledger)

    async def _settings_changed(self) -> None:
        """People read in the trail since when which rules hold. A second process has settings of its own."""
        if not self.only:
            told = self.settings.told()
            await workspace.record(self.ledger, lambda now: change_settings(now, told), by=SYSTEM)

    async def _parts(self) -> None:
        self.engine = Engine(await self._catalogue(), self.settings.targets)
        self._stops.append(self.engine.close)
        self.outside.plans = await outside.plans(self.outside.biller)
        self.alerts = Alerts(self.ledger, self.inbox, self.settings.admit)
        self.people = People(ledger=self.ledger, inbox=self.inbox, alerts=self.alerts)
        self.dispatcher = Dispatcher(context=self._desk(), inbox=self.inbox, http=self.slack_http)

    async def _catalogue(self) -> Catalogue:
        """The shipped actions as they are; the team's own as an approver allowed them."""
        paths = [shipped.ACTIONS, *(self.home / p for p in self.settings.actions.paths)]
        return Catalogue.load(paths, (await workspace.load(self.ledger)).allowed)

    def _desk(self) -> Context:
        services: Mapping[str, Any] = {
            "engine": self.engine,
            "memory": self.memory.suggestion,
            "plans": lambda: self.outside.plans,
            "people": self.people,
            "reload": self.reload,
            "workspace_url": self.me.url,
        }
        return Context(
            ledger=self.ledger,
            port=self.port,
            directory=self.directory,
            settings=self.settings,
            catalogue=self.engine.catalogue,
            services=services,
        )

    async def reload(self) -> None:
        """An approver allowed an action: it may run from now on."""
        self.engine.catalogue.renew(await self._catalogue())

    async def _sinks(self) -> None:
        every = outside.sinks(self)
        self.ledger.sinks = outside.elsewhere(self.settings) | {name: sink.interest for name, sink in every.items()}
        mine = {n: s for n, s in every.items() if not self.only or n in self.only}
        if self.db.sqlite:
            await lease.abandoned(self.ledger, 2.0)
            await self.inbox.abandoned()
        self.relay = Relay(self.ledger, mine)
        self.ledger.woken = self._woken

    def _woken(self, recorded: Recorded) -> None:
        self.metrics.count(recorded)
        self.relay.wake()

    async def _inflow(self) -> None:
        conversation = Conversation(
            ledger=self.ledger,
            inbox=self.inbox,
            alerts=self.alerts,
            error_channels=self.settings.slack.error_channels,
            mention=self._mention,
            forget=self.directory.forget,
            seen=self.directory.seen,
            own=lambda event: event.get("bot_id") == self.me.bot or event.get("user") == self.me.user,
            home=lambda user: publish_home(self.dispatcher.context, user),
        )
        boards = BoardChanges(self.ledger, self.inbox)
        proposals = ProposalSink(self.port, self.settings.slack.error_channels[0], self.ledger, self.inbox)

        async def each_event(items: Sequence[Item]) -> None:
            for item in items:  # in order: an edit is never recorded before the message it edits
                await conversation.fold(item)

        async def each_ask(items: Sequence[Item]) -> None:
            for item in items:
                await self.dispatcher.again(item)

        handlers = {
            ALERTS: self._alerts,
            PEOPLE: self.people.fold,
            BOARD: boards.fold,
            PROPOSAL: proposals.show,
            listeners.EVENT: each_event,
            ASK: each_ask,
        }
        self.inflow = InboxWorker(self.inbox, handlers)

    async def _alerts(self, items: Sequence[Item]) -> None:
        for recorded in await self.alerts.fold(items):
            if any(isinstance(entry.event, CustomerJoined) for entry in recorded.entries):
                await self.people.catch_up(recorded.bug)

    async def _mention(self, event: Mapping[str, Any], bot: str, team: str) -> bool:
        request = await listeners.mention_ask(self.dispatcher, event, bot or self.me.user, team)
        if request is None:
            return False
        await self.dispatcher.answer(request, await self.dispatcher.decide(request))
        return True

    async def _run(self) -> None:
        self.inflow.start()
        self._stops.append(self.inflow.stop)
        relay = asyncio.create_task(self.relay.run())
        self._stops.append(lambda: self._stop_relay(relay))
        if not self.db.sqlite:
            waker = asyncio.create_task(listen(self.db, self.relay.wake))
            self._stops.append(lambda: _cancelled(waker))
        self.timers = Timers(self)
        self.timers.start()
        self._stops.append(self.timers.stop)
        if not self.only:
            await self._front()

    async def _front(self) -> None:
        """What faces Slack and the hooks."""
        app = self._bolt()
        warm = asyncio.create_task(self._warm())
        self._stops.append(lambda: _cancelled(warm))
        token = self.runtime.app_token
        self.sockets = Sockets(app, token.get_secret_value(), self.client) if token else None
        site = Web(
            settings=self.settings,
            inflow=self.inflow,
            ready=self.ready,
            metrics=self.metrics,
            slack=None if token else connection.http_handler(app),
            board=lambda: self.outside.board_known,
        )
        runner = await serve(site.app(), self.runtime.host, self.runtime.port)
        self._stops.append(lambda: self.dispatcher.drain(DRAIN))
        self._stops.append(runner.cleanup)
        if self.sockets:
            self._stops.append(self.sockets.stop)
            await self.sockets.start()

    def _bolt(self) -> AsyncApp:
        secret = self.runtime.signing_secret.get_secret_value() if self.runtime.signing_secret else ""
        app = AsyncApp(client=self.client, signing_secret=secret)

        async def store(item: Item) -> None:
            await self.inflow.submit(item)

        listeners.register(app, self.dispatcher, store)
        return app

    async def _warm(self) -> None:
        """Names for the first lines; nothing depends on it."""
        try:
            await self.directory.warm()
        except Exception as error:  # noqa: BLE001 - only a convenience: names then come one by one
            log.info("People could not be listed: %s", error)

    def on_stop(self, close: Callable[[], Awaitable[None]]) -> None:
        """A part that was made on the way wants to be closed in the end."""
        self._stops.append(close)

    async def ready(self) -> dict[str, bool]:
        """What /ready says: the database answers, and Slack is connected."""
        return {"database": await self.db.alive(), "slack": await (self.sockets or self.port).alive()}

    async def worked_before(self, bug: Bug) -> str:
        return (await self.memory.suggestion(bug)).said

    async def _stop_relay(self, relay: "asyncio.Task[None]") -> None:
        await self.relay.stop(DRAIN)
        await _cancelled(relay)

    async def stop(self) -> None:
        """The newest part first; one that fails to stop doesn't keep the others."""
        for stop in reversed(self._stops):
            try:
                result = stop()
                if result is not None:
                    await result
            except Exception:  # the process ends: what is left is closed all the same
                log.exception("A part did not stop cleanly")
        self._stops.clear()


async def _cancelled(task: "asyncio.Task[Any]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

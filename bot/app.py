"""The composition root: the one module that knows every room. Builds the parts, starts and stops them in order."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from bot.adapters.connected import Connected, connect
from bot.allowed import AllowedActions, must_be_actions, must_be_looks
from bot.bug.bug import LIVE
from bot.bug.errors import Outside
from bot.bug.workspace import change_settings
from bot.intake.alerts import Alerts
from bot.intake.boards import BoardChanges
from bot.intake.conversation import Conversation
from bot.intake.people import People
from bot.intake.pulls import Pulls
from bot.intake.sources import ALERTS, BOARD, CHECKS, PEOPLE, PROPOSAL, PULL
from bot.jobs.anchoring import ways
from bot.jobs.jobs import MAILBOX, JobParts, jobs
from bot.jobs.timers import Timers
from bot.ledger import workspace
from bot.ledger.db.leader import Leader, Turn
from bot.ledger.db.notify import listen
from bot.ledger.db.opening import opened
from bot.ledger.freed import Freed
from bot.ledger.inbox.inbox import Inbox
from bot.ledger.inbox.worker import Handler, InboxWorker
from bot.ledger.index.flags import Flags
from bot.ledger.index.names import Names, Sights
from bot.ledger.ledger import SYSTEM, Ledger, Recorded, utcnow
from bot.ledger.refreshing import keep_fresh
from bot.ledger.relay import lease
from bot.ledger.relay.pace import Pace
from bot.ledger.relay.relay import Relay
from bot.ledger.shape import shape
from bot.outgoing import sessions
from bot.process.closing import Closing
from bot.process.tasks import Lasting, surviving
from bot.production.engine import Engine
from bot.production.redaction import Redactor
from bot.settings.environment import Environment, known_secrets
from bot.settings.settings import Settings
from bot.sinks.digest import Digest
from bot.sinks.proposal import ProposalSink
from bot.sinks.registry import Plan, SinkParts, made, planned, subscriptions
from bot.slack.directory import Directory
from bot.slack.incoming import connection, listeners
from bot.slack.incoming.answering import Answering
from bot.slack.incoming.context import Context
from bot.slack.incoming.dispatcher import SOURCE as REQUEST
from bot.slack.incoming.dispatcher import Dispatcher
from bot.slack.incoming.mentions import Mentions
from bot.slack.outgoing import own_messages
from bot.slack.outgoing.client import KEPT, SlackPort, web_client
from bot.slack.outgoing.private import PrivateMessages
from bot.slack.session import Session
from bot.slack.verbs.home import publish
from bot.suggestions import Suggestions
from bot.web.front import FrontParts, open_front
from bot.web.metrics import Counters, Metrics

Follower = Callable[[Recorded], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts of a running bot. Who holds one looks at it; no part is handed the whole."""

    outside: Connected
    ledger: Ledger
    inbox: Inbox
    flags: Flags
    metrics: Metrics
    slack: Session
    engine: Engine
    people: People
    dispatcher: Dispatcher
    inflow: InboxWorker
    relay: Relay
    timers: Timers
    lasting: Lasting


@dataclass(frozen=True, slots=True, kw_only=True)
class _Process:
    """What one process is started with."""

    settings: Settings
    environment: Environment
    home: Path
    only: Collection[str]
    clock: Callable[[], datetime]
    pace: type[Pace]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What all further parts stand on."""

    outside: Connected
    plans: tuple[Plan, ...]
    ledger: Ledger
    inbox: Inbox
    flags: Flags
    counters: Counters
    slack: Session
    allowed: AllowedActions
    engine: Engine
    suggestions: Suggestions
    lasting: Lasting


@asynccontextmanager
async def build(
    settings: Settings,
    environment: Environment,
    home: Path,
    only: Collection[str] = (),
    *,
    clock: Callable[[], datetime] = utcnow,
    pace: type[Pace] = Pace,
) -> AsyncIterator[Services]:
    """Yields when /ready would answer 200; at the end everything is stopped, the newest part first.

    `home` holds the settings' own files; `only` limits the sinks of this process.
    """
    process = _Process(settings=settings, environment=environment, home=home, only=only, clock=clock, pace=pace)
    async with Closing() as closing:
        ground = await _ground(process, closing)
        services = _services(process, ground, closing)
        await _start(process, services, closing)
        yield services


async def _ground(process: _Process, closing: Closing) -> _Ground:
    """What is wrong in the settings is said at once, not when Slack answers."""
    settings, environment = process.settings, process.environment
    http, slack_http = sessions.pooled(), sessions.pooled(kept=KEPT)
    closing.at_end(http.close)
    closing.at_end(slack_http.close)
    redactor = Redactor(known_secrets(settings, environment))
    outside = connect(settings, http).masked(redactor.redact)
    for close in outside.closes():
        closing.at_end(close)
    plans = planned(settings, outside, process.only)
    db = await opened(environment.database_url, closing)
    client = web_client(environment.bot_token.get_secret_value(), environment.api_url, slack_http)
    me = await connection.introduced(client, environment, process.only)
    counters = Counters()
    freed = Freed(db)
    closing.at_end(freed.stop)
    ledger = Ledger(
        db, me.team, subscriptions(plans), process.clock, _both(counters.count, freed.follow), keep=settings.retention
    )
    flags = Flags(db, me.team, ledger.seconds)
    port = SlackPort(client, process.pace(db, me.team, ledger.seconds))
    directory = Directory(port, me.team, settings.policy.roles, Names(flags).remember, Sights(flags).first)
    with suppress(Outside):  # who may run is asked again at each run
        await directory.must_be_peopled()
    if not process.only:  # a second process has settings of its own
        told = settings.told()
        await workspace.record(ledger, lambda now: change_settings(now, told), by=SYSTEM)
    allowed, engine = await _actions(process, ledger, redactor, closing)
    await _know_plans(settings, outside)
    return _Ground(
        outside=outside,
        plans=plans,
        ledger=ledger,
        # a process that only runs sinks shows nobody a line that asks: one that talks to people does
        inbox=Inbox(db, me.team, ledger.seconds, {PROPOSAL} if process.only else ()),
        flags=flags,
        counters=counters,
        slack=Session(me=me, client=client, http=slack_http, port=port, directory=directory),
        allowed=allowed,
        engine=engine,
        suggestions=Suggestions(ledger),
        lasting=Lasting(),
    )


async def _actions(
    process: _Process, ledger: Ledger, redactor: Redactor, closing: Closing
) -> tuple[AllowedActions, Engine]:
    settings = process.settings
    allowed = await AllowedActions.load([process.home / path for path in settings.actions.paths], ledger)
    must_be_actions(allowed.catalogue, settings.actions.mode)
    must_be_looks(allowed.catalogue, {name: probe.look for name, probe in settings.probes.items()})
    engine = Engine(allowed.catalogue, settings.targets, redactor)
    closing.at_end(engine.close)
    return allowed, engine


async def _know_plans(settings: Settings, outside: Connected) -> None:
    with suppress(Outside):  # a billing system that is away only costs the menu, and is asked again
        await outside.read_plans()
        if outside.biller:
            settings.tell.must_know_plans(outside.plans.value)


def _both(first: Follower, second: Follower) -> Follower:
    """Two followers of what is recorded, as one."""

    def follow(recorded: Recorded) -> None:
        first(recorded)
        second(recorded)

    return follow


def _services(process: _Process, ground: _Ground, closing: Closing) -> Services:
    people = _people(process.settings, ground)
    context = _context(process.settings, ground, people)
    dispatcher = Dispatcher(context=context, inbox=ground.inbox, answering=Answering(context.private))
    handlers = _handlers(process, ground, people, dispatcher)
    inflow = InboxWorker(ground.inbox, handlers, {ALERTS: people.alert_at_once}, ground.lasting)
    sinks = made(ground.plans, _sink_parts(process, ground, context, closing), process.only)
    return Services(
        outside=ground.outside,
        ledger=ground.ledger,
        inbox=ground.inbox,
        flags=ground.flags,
        metrics=Metrics(ground.ledger, ground.counters),
        slack=ground.slack,
        engine=ground.engine,
        people=people,
        dispatcher=dispatcher,
        inflow=inflow,
        relay=Relay(ground.ledger, sinks, taken_over=ground.counters.taken_over, lasting=ground.lasting),
        timers=_timers(process, ground, inflow, closing),
        lasting=ground.lasting,
    )


def _people(settings: Settings, ground: _Ground) -> People:
    alerts = Alerts(ground.ledger, ground.inbox, settings.admit)
    return People(ledger=ground.ledger, inbox=ground.inbox, alerts=alerts)


def _context(settings: Settings, ground: _Ground, people: People) -> Context:
    return Context(
        ledger=ground.ledger,
        port=ground.slack.port,
        directory=ground.slack.directory,
        settings=settings,
        engine=ground.engine,
        allowed=ground.allowed,
        suggestions=ground.suggestions,
        unplaced=people,
        plans=ground.outside.plans,
        letters=ground.outside.letters(settings.tell.letters_wait),
        private=PrivateMessages(ground.slack.port, ground.slack.http),
        names=Names(ground.flags),
        workspace_url=ground.slack.me.url,
    )


def _handlers(process: _Process, ground: _Ground, people: People, dispatcher: Dispatcher) -> Mapping[str, Handler]:
    """Who folds what the inbox stored, by its source."""
    pulls = Pulls(ground.ledger, ground.inbox)
    folded: dict[str, Handler] = {
        ALERTS: people.fold_alerts,
        PEOPLE: people.fold,
        BOARD: BoardChanges(ground.ledger, ground.inbox).fold,
        PULL: pulls.fold,
        CHECKS: pulls.fold_checks,
    }
    # a process that only runs sinks may have no token: what is said in Slack is left to one that talks to people
    return folded if process.only else folded | _said(process.settings, ground, people, dispatcher)


def _said(settings: Settings, ground: _Ground, people: People, dispatcher: Dispatcher) -> dict[str, Handler]:
    """Who folds what people say in Slack, and who asks them."""
    conversation = Conversation(
        ledger=ground.ledger,
        inbox=ground.inbox,
        alerts=people.alerts,
        error_channels=settings.slack.error_channels,
        mention=Mentions(dispatcher, ground.slack.me.user).answered,
        forget=ground.slack.directory.forget,
        seen=ground.slack.directory.seen,
        own=ground.slack.me.wrote,
        home=partial(publish, dispatcher.context),
        message=partial(own_messages.one, ground.slack.port),
    )
    proposals = ProposalSink(ground.slack.port, settings.slack.error_channels[0], ground.ledger, ground.inbox)
    return {
        PROPOSAL: proposals.show,
        listeners.EVENT: conversation.fold,
        REQUEST: dispatcher.fold,
    }


def _sink_parts(process: _Process, ground: _Ground, context: Context, closing: Closing) -> SinkParts:
    digest = Digest(ground.slack.port, process.settings.slack.error_channels[0])
    closing.at_end(digest.close)
    return SinkParts(
        settings=process.settings,
        key=process.home / "makegood.key",
        outside=ground.outside,
        ledger=ground.ledger,
        flags=ground.flags,
        slack=ground.slack,
        digest=digest,
        suggestions=ground.suggestions,
        engine=ground.engine,
        allowed=ground.allowed,
        context=context,
    )


def _timers(process: _Process, ground: _Ground, inflow: InboxWorker, closing: Closing) -> Timers:
    ledger = ground.ledger
    leader = Leader.of(ledger.db, ledger.team, ledger.seconds)
    # by version: an older one leaves to a newer one what it can't read
    turn = Turn(leader=leader, job=f"every second {shape()}")
    closing.at_end(partial(leader.resign, MAILBOX))
    closing.at_end(turn.resign)
    parts = JobParts(
        settings=process.settings,
        ledger=ledger,
        inbox=ground.inbox,
        inflow=inflow,
        flags=ground.flags,
        allowed=ground.allowed,
        outside=ground.outside,
        slack=None if process.only else ground.slack,
        leader=leader,
        turn=turn,
        anchors=ways(process.settings, ground.outside, ground.slack.port, process.home),
    )
    return Timers(jobs=tuple(jobs(parts)), clock=ledger.clock, lasting=ground.lasting)


async def _start(process: _Process, services: Services, closing: Closing) -> None:
    """What serves first, then what brings in new work."""
    ledger = services.ledger
    with surviving("What another version stored can't be folded anew yet"):
        # the lists of what is live are right from the first look on; the many that have ended follow in the background
        await keep_fresh(ledger, LIVE)
    if ledger.db.sqlite:
        await lease.abandoned(ledger, 2.0)
        await services.inbox.abandoned()
    services.inflow.start()
    closing.at_end(services.inflow.stop)
    relay = services.lasting.start("relay", services.relay.run())
    closing.at_end(lambda: services.lasting.stop(relay))
    closing.at_end(services.relay.stop)
    if not ledger.db.sqlite:
        waker = services.lasting.start("listening to the database", listen(ledger.db, ledger.wakes.wake))
        closing.at_end(lambda: services.lasting.stop(waker))
    services.timers.start()
    closing.at_end(services.timers.stop)
    if not process.only:
        await open_front(_front_parts(process, services), closing)


def _front_parts(process: _Process, services: Services) -> FrontParts:
    return FrontParts(
        settings=process.settings,
        environment=process.environment,
        db=services.ledger.db,
        slack=services.slack,
        dispatcher=services.dispatcher,
        inflow=services.inflow,
        metrics=services.metrics,
        outside=services.outside,
        lasting=services.lasting,
    )

"""Chooses the sinks of this installation. Their subscriptions are known before any sink is made, because the ledger needs them."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import ClassVar, Protocol

from pydantic import SecretStr

from bot.adapters.connected import Connected
from bot.adapters.receivers import Receiver
from bot.allowed import AllowedActions
from bot.bug.customers.customer import Customer, Message
from bot.bug.errors import Misconfigured
from bot.bug.telling.gift_texts import promised
from bot.ledger.index.flags import Flags
from bot.ledger.ledger import Ledger
from bot.ledger.relay.pace import Budget
from bot.ledger.relay.sink import Sink
from bot.ledger.relay.subscription import Subscription
from bot.outgoing.client import Client
from bot.production.engine import Engine
from bot.production.probes.prober import Prober
from bot.production.targets import Elsewhere
from bot.settings.settings import Settings
from bot.sinks.answers import AskerSink
from bot.sinks.approval import ApprovalSink
from bot.sinks.billing import BillingSink
from bot.sinks.board import BoardSink
from bot.sinks.board_notes import BoardNotesSink
from bot.sinks.card import CardSink
from bot.sinks.clock import ClockSink
from bot.sinks.customer import CustomerSink
from bot.sinks.daily import DailySink
from bot.sinks.digest import Digest
from bot.sinks.letters import LetterSink
from bot.sinks.live import LiveSink
from bot.sinks.ntfy import NtfySink
from bot.sinks.pager import PagerSink
from bot.sinks.pointer import PointerSink
from bot.sinks.postmortem import PostmortemSink
from bot.sinks.production.proof import Proofs
from bot.sinks.production.run import Runner
from bot.sinks.production.sink import ProductionSink
from bot.sinks.production.standing import Standing
from bot.sinks.receipts import receipt
from bot.sinks.reminder import ReminderSink
from bot.sinks.retro import RetroSink
from bot.sinks.retro_tasks import RetroTasksSink
from bot.sinks.thread import ThreadSink
from bot.sinks.tracker import TrackerSink
from bot.sinks.unchecked import UncheckedSink
from bot.sinks.vault import Vault
from bot.sinks.watching import RunContext
from bot.sinks.webhook import WebhookSink
from bot.sinks.when_works import PlannedTellSink
from bot.slack.daily import DailyList
from bot.slack.incoming.connection import OUTBOUND
from bot.slack.incoming.context import Context
from bot.slack.outgoing.private import PrivateMessages
from bot.slack.session import Session
from bot.slack.views.forms import filling, planning, sourced
from bot.suggestions import Suggestions
from bot.web.links import Links


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkParts:
    """What sinks are made of; each takes only what it needs."""

    settings: Settings
    key: Path
    """The file of the key that seals what an undo needs."""
    outside: Connected
    ledger: Ledger
    flags: Flags
    slack: Session
    digest: Digest
    suggestions: Suggestions
    engine: Engine
    allowed: AllowedActions
    context: Context
    """For the forms that are filled in anew when production has answered."""


Make = Callable[[SinkParts], Sink]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A sink of this installation. `make` is None where another process holds its credentials: there it is only woken."""

    name: str
    interest: Subscription
    make: Make | None


class _Kind(Protocol):
    name: ClassVar[str]
    interest: ClassVar[Subscription]


def planned(settings: Settings, outside: Connected, only: Collection[str] = ()) -> tuple[Plan, ...]:
    """Every sink that the settings ask for. Raises Misconfigured where `only` names one that there is not."""
    found = (*_slack(settings), *_money(settings, outside), *_production(settings), *_elsewhere(settings, outside))
    _must_be_known(only, {plan.name for plan in found if plan.make})
    return found


def subscriptions(plans: Collection[Plan]) -> dict[str, Subscription]:
    return {plan.name: plan.interest for plan in plans}


def made(plans: Collection[Plan], parts: SinkParts, only: Collection[str] = ()) -> dict[str, Sink]:
    """The sinks of this process: all, or those that `only` names."""
    return {plan.name: plan.make(parts) for plan in plans if plan.make and (not only or plan.name in only)}


def _must_be_known(only: Collection[str], every: Collection[str]) -> None:
    """A misspelt one would leave a process that does nothing. One that is not set up here has nothing to do."""
    known = sorted({*every, *OUTBOUND})
    for name in only:
        if name not in known:
            raise Misconfigured(f"--sinks {name}: there is no such sink. Write any of: {', '.join(known)}.")


def _of(kind: type[_Kind], make: Make | None) -> Plan:
    return Plan(name=kind.name, interest=kind.interest, make=make)


def _ready(sink: Sink) -> Plan:
    """One that needs no further part, and whose name is in the settings."""
    return Plan(name=sink.name, interest=sink.interest, make=lambda _parts: sink)


def _slack(settings: Settings) -> Iterator[Plan]:
    """What talks to people."""
    yield _of(CardSink, _card)
    yield _of(ThreadSink, lambda parts: ThreadSink(parts.slack.port, parts.slack.directory))
    yield _of(PointerSink, lambda parts: PointerSink(parts.slack.port))
    yield _of(RetroSink, lambda parts: RetroSink(parts.slack.port, parts.slack.directory, parts.ledger))
    yield _of(PostmortemSink, _postmortem)
    yield _of(AskerSink, _asker)
    yield _of(UncheckedSink, _unchecked)
    yield _of(ApprovalSink, _approval)
    yield _of(LiveSink, lambda parts: LiveSink(parts.slack.port, parts.flags))
    yield _of(ReminderSink, lambda parts: ReminderSink(parts.slack.port, parts.ledger))
    yield _of(DailySink, lambda parts: DailySink(_daily(parts)))
    yield _of(
        ClockSink,
        lambda parts: ClockSink(parts.ledger, settings.clocks, partial(receipt, parts.ledger), settings.pager.calls),
    )


def _money(settings: Settings, outside: Connected) -> Iterator[Plan]:
    """Customers, and what they are given."""
    yield _of(PlannedTellSink, _planned)
    yield _of(LetterSink, lambda parts: LetterSink(parts.ledger))
    yield _of(
        CustomerSink,
        lambda parts: CustomerSink(
            outside.channels, settings.tell.letters, parts.slack.directory.called, parts.ledger.clock
        ),
    )
    if biller := outside.biller:
        yield _of(BillingSink, lambda parts: BillingSink(biller, partial(receipt, parts.ledger)))
    elif settings.billing and settings.billing.elsewhere:
        yield _of(BillingSink, None)


def _production(settings: Settings) -> Iterator[Plan]:
    """One target without credentials says that another process reaches production."""
    elsewhere = any(isinstance(target, Elsewhere) for target in settings.targets.values())
    yield _of(ProductionSink, None if elsewhere else _runs)


def _elsewhere(settings: Settings, outside: Connected) -> Iterator[Plan]:
    """The team's board, trackers and own tools."""
    if board := outside.board:
        yield _of(BoardSink, lambda _parts: BoardSink(board))
        yield _of(BoardNotesSink, lambda _parts: BoardNotesSink(board))
        yield _of(RetroTasksSink, lambda parts: RetroTasksSink(board, parts.slack.directory.name))
    for source, tracker in outside.trackers.items():
        yield _ready(TrackerSink(source, tracker))
    if topic := settings.policy.ntfy:
        yield _of(NtfySink, lambda parts: _ntfy(parts, topic))
    if settings.pager.secret and settings.pager.people:
        yield _of(PagerSink, _pager)
    for name, table in settings.webhooks.items():
        yield _webhook(Receiver(name, table, outside.http))


def _webhook(to: Receiver) -> Plan:
    """One of `[webhooks.NAME]`, by its own name."""
    known = WebhookSink(to, str)
    return Plan(
        name=known.name,
        interest=known.interest,
        make=lambda parts: replace(known, redact=parts.engine.redactor.redact),
    )


def _postmortem(parts: SinkParts) -> PostmortemSink:
    return PostmortemSink(
        port=parts.slack.port,
        http=parts.slack.http,
        directory=parts.slack.directory,
        ledger=parts.ledger,
        redact=parts.engine.redactor.redact,
    )


def _ntfy(parts: SinkParts, topic: SecretStr) -> NtfySink:
    client = Client(session=parts.outside.http, who="ntfy")
    return NtfySink(client=client, topic=topic.get_secret_value(), workspace=parts.context.workspace_url)


def _pager(parts: SinkParts) -> PagerSink:
    settings = parts.settings.pager
    links = Links(secret=settings.secret or SecretStr(""), public=parts.settings.web.public_url)
    return PagerSink(http=parts.outside.http, settings=settings, links=links)


def _planned(parts: SinkParts) -> PlannedTellSink:
    texts, caps = parts.settings.tell.words, parts.settings.caps
    return PlannedTellSink(ledger=parts.ledger, texts=texts, caps=caps, letters=parts.context.letters)


def _daily(parts: SinkParts) -> DailyList:
    channel = parts.settings.slack.error_channels[0]
    return DailyList(ledger=parts.ledger, flags=parts.flags, slack=parts.slack, channel=channel)


def _card(parts: SinkParts) -> CardSink:
    slack = parts.settings.slack
    return CardSink(
        port=parts.slack.port,
        ledger=parts.ledger,
        channel=slack.error_channels[0],
        modes=parts.settings.modes,
        propose=partial(sourced.proposed, parts.context),
        cards=Budget("cards", 60.0 / slack.cards_per_minute, slack.cards_per_minute),
        digest=parts.digest,
    )


def _asker(parts: SinkParts) -> AskerSink:
    return AskerSink(
        whisper=PrivateMessages(parts.slack.port, parts.slack.http),
        ledger=parts.ledger,
        modes=parts.settings.modes,
        able=parts.slack.directory.eligible,
        break_glass=parts.settings.policy.break_glass,
        solo=parts.settings.policy.solo,
        fill=partial(filling.filled, parts.context),
        box=partial(planning.box, parts.context),
        framed=partial(_framed, parts),
    )


async def _framed(parts: SinkParts, customer: Customer, message: Message) -> str:
    """As the sink of customers writes it, with all that it promises."""
    writer = await parts.slack.directory.called(message.by)
    return parts.settings.tell.letters.framed(promised(customer, message), customer.hint.name, writer)


def _unchecked(parts: SinkParts) -> UncheckedSink:
    directory = parts.slack.directory
    return UncheckedSink(
        directory=directory,
        whisper=PrivateMessages(parts.slack.port, parts.slack.http),
        ledger=parts.ledger,
        leads=partial(directory.people, directory.roles.approvers),
    )


def _approval(parts: SinkParts) -> ApprovalSink:
    return ApprovalSink(
        whisper=PrivateMessages(parts.slack.port, parts.slack.http),
        ledger=parts.ledger,
        modes=parts.settings.modes,
        able=parts.slack.directory.eligible,
        break_glass=parts.settings.policy.break_glass,
        solo=parts.settings.policy.solo,
    )


def _runs(parts: SinkParts) -> ProductionSink:
    return ProductionSink(
        engine=parts.engine,
        runner=_runner(parts),
        modes=parts.settings.modes,
        probe=Prober(parts.settings.probes, parts.engine, parts.outside.http).check,
        repeats=parts.suggestions.repeats,
        allowed=parts.allowed.refresh,
    )


def _runner(parts: SinkParts) -> Runner:
    proofs = Proofs(ledger=parts.ledger, policy=parts.settings.policy, catalogue=parts.engine.catalogue)
    around = RunContext(
        ledger=parts.ledger,
        vault=Vault.at(parts.key),
        flags=parts.flags,
        redact=parts.engine.redactor.redact,
    )
    standing = Standing(proofs, parts.slack.directory if parts.slack.me.user else None, parts.settings.policy.solo)
    return Runner(engine=parts.engine, around=around, standing=standing.lost, alone=parts.ledger.db.sqlite)

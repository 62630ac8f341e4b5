"""Connects what the settings name: channels, billing, board, probes; and makes the sinks that serve them."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import aiohttp

from bot import fixing
from bot.adapters import opening
from bot.adapters.ports import Biller, Board, Channel, Known, TrackerApi
from bot.bug.errors import Misconfigured, NotFound, Outside
from bot.bug.gifts import Granted
from bot.intake import sources
from bot.ledger.entries import entries_after
from bot.ledger.relay.pace import Budget
from bot.ledger.relay.relay import Sink
from bot.ledger.relay.subscription import Subscription
from bot.settings import Settings
from bot.sinks.billing import BillingSink
from bot.sinks.board import BoardSink
from bot.sinks.board_notes import BoardNotesSink
from bot.sinks.card import CardSink
from bot.sinks.clock import ClockSink
from bot.sinks.customer import CustomerSink
from bot.sinks.digest import Digest
from bot.sinks.pointer import PointerSink
from bot.sinks.production.sink import ProductionSink
from bot.sinks.reminder import ReminderSink
from bot.sinks.retro import RetroSink
from bot.sinks.thread import ThreadSink
from bot.sinks.tracker import TrackerSink
from bot.sinks.webhook import WebhookSink
from bot.slack.incoming.connection import OUTBOUND

if TYPE_CHECKING:
    from bot.app import Bot


@dataclass
class Connected:
    """What could be connected; `plans` fills the tell's menu."""

    channels: Mapping[str, Channel]
    biller: Biller | None
    board: Board | None
    trackers: Mapping[str, TrackerApi] = field(default_factory=dict)
    board_known: Known = field(default_factory=Known)
    """What the board said of itself when it was last polled."""
    plans: tuple[str, ...] = ()
    _closes: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    async def close(self) -> None:
        for part in (*self.channels.values(), self.biller, self.board):
            if part is not None:
                await part.close()


def connect(settings: Settings, http: aiohttp.ClientSession) -> Connected:
    """Asks nobody yet. Raises Misconfigured for a table that no module knows, or whose keys it does not know."""
    sources.must_be_usable(settings.hooks)
    found = {name: opening.channel(name, table, http) for name, table in settings.customers.items()}
    if settings.mail:
        found[opening.MAIL] = opening.channel(opening.MAIL, settings.mail, http)
    bills = settings.billing if settings.billing and not settings.billing.elsewhere else None
    biller = opening.biller(bills, http) if bills else None
    board = opening.board(settings.board, http) if settings.board else None
    answering = {name: channel for name, channel in found.items() if channel}
    trackers = {name: opening.tracker(name, table, http) for name, table in settings.trackers.items()}
    return Connected(channels=answering, biller=biller, board=board, trackers=trackers)


async def plans(biller: Biller | None) -> tuple[str, ...]:
    """For the tell's menu; a billing system that is away only costs the menu."""
    if biller is None:
        return ()
    try:
        return await biller.plans()
    except Outside:
        return ()


def sinks(bot: "Bot") -> dict[str, Sink]:
    """Everything that follows the trail in this installation, by name."""
    slack = bot.settings.slack
    cards = Budget("cards", 60.0 / slack.cards_per_minute, slack.cards_per_minute)

    async def receipts(bug: int, seq: int) -> Granted:
        return await _receipt(bot, bug, seq)

    digest = Digest(bot.port, slack.error_channels[0])
    bot.on_stop(digest.close)
    made: list[Sink] = [
        CardSink(bot.port, bot.ledger, slack.error_channels[0], bot.settings.mode, bot.worked_before, cards, digest),
        ThreadSink(bot.port, bot.directory),
        PointerSink(bot.port),
        RetroSink(bot.port, bot.directory, bot.ledger),
        *fixing.asking(bot),
        CustomerSink(bot.outside.channels, lambda: bot.ledger.clock()),  # noqa: PLW0108 - stories set it after the start
        ClockSink(bot.ledger, bot.settings.clocks, receipts),
        ReminderSink(bot.port, bot.ledger),
    ]
    if fixing.here(bot.settings):
        made.append(fixing.production(bot))
    if bot.outside.biller:
        made.append(BillingSink(bot.outside.biller, receipts))
    if bot.outside.board:
        made += [BoardSink(bot.outside.board), BoardNotesSink(bot.outside.board)]
    made += [TrackerSink(source, tracker) for source, tracker in bot.outside.trackers.items()]
    made += [WebhookSink(name, table, bot.http) for name, table in bot.settings.webhooks.items()]
    every = {sink.name: sink for sink in made}
    _must_be_sinks(bot.only, every)
    return every


def _must_be_sinks(only: Iterable[str], every: Iterable[str]) -> None:
    """Raises Misconfigured: a misspelt one would leave a process that does nothing. One that is not set up here has nothing to do."""
    known = sorted({*every, *OUTBOUND})
    for name in only:
        if name not in known:
            raise Misconfigured(f"--sinks {name}: there is no such sink. Write any of: {', '.join(known)}.")


def elsewhere(settings: Settings) -> dict[str, Subscription]:
    """Sinks of a second process, which alone holds their credentials: it is woken by what is written here."""
    found = {} if fixing.here(settings) else {ProductionSink.name: ProductionSink.interest}
    if settings.billing and settings.billing.elsewhere:
        found[BillingSink.name] = BillingSink.interest
    return found


async def _receipt(bot: "Bot", bug: int, seq: int) -> Granted:
    found = await entries_after(bot.ledger, bug, seq - 1, 1)
    if not found or not isinstance(found[0].event, Granted):
        raise NotFound("That makegood is not in the trail.")
    return found[0].event

"""Connects what the settings name outside of Slack and production: channels, billing, board, trackers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Self

import aiohttp

from bot.adapters import hooks, opening
from bot.adapters.ports import Biller, Board, Channel, Known, TrackerApi
from bot.adapters.registry import PASTED
from bot.bug.telling.letters import Letters
from bot.process.closing import Close
from bot.process.latest import Latest
from bot.settings.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """What could be connected."""

    http: aiohttp.ClientSession
    channels: Mapping[str, Channel]
    biller: Biller | None
    board: Board | None
    trackers: Mapping[str, TrackerApi]
    known: Latest[Known] = field(default_factory=lambda: Latest(Known()))
    """What the board said of itself when it was last polled."""
    plans: Latest[tuple[str, ...]] = field(default_factory=lambda: Latest(()))
    """For the tell's menu."""

    async def read_plans(self) -> None:
        """Raises as the biller does where it is away; the menu stays as it was."""
        if self.biller:
            self.plans.value = await self.biller.plans()

    def letters(self, wait: int) -> Letters:
        """What goes by mail, and waits so many seconds before."""
        chats = frozenset(self.channels) - {opening.MAIL}
        seconds = wait if opening.MAIL in self.channels else 0
        return Letters(wait=timedelta(seconds=seconds), chats=chats, pasted=PASTED)

    def masked(self, redact: Callable[[str], str]) -> Self:
        """The same, with secrets taken out of whatever is written on the board and in trackers.

        What customers read a person has confirmed as it stands, so nothing in it is changed.
        """
        if self.board is None and not self.trackers:
            return self
        from bot.adapters.masking import MaskedBoard, MaskedTracker  # noqa: PLC0415 - a start without them does without

        board = MaskedBoard(self.board, redact) if self.board else None
        return replace(self, board=board, trackers={x: MaskedTracker(t, redact) for x, t in self.trackers.items()})

    def closes(self) -> Iterator[Close]:
        for part in (*self.channels.values(), self.biller, self.board):
            if part is not None:
                yield part.close


def connect(settings: Settings, http: aiohttp.ClientSession) -> Connected:
    """Asks nobody yet. Raises Misconfigured for a table that no module knows, or whose keys it does not know."""
    hooks.must_be_usable(settings.hooks)
    found = {name: opening.channel(name, table, http) for name, table in settings.customers.items()}
    if settings.mail:
        found[opening.MAIL] = opening.channel(opening.MAIL, settings.mail, http)
    bills = settings.billing if settings.billing and not settings.billing.elsewhere else None
    biller = opening.biller(bills, http) if bills else None
    board = opening.board(settings.board, http) if settings.board else None
    answering = {name: channel for name, channel in found.items() if channel}
    trackers = {name: opening.tracker(name, table, http) for name, table in settings.trackers.items()}
    return Connected(http=http, channels=answering, biller=biller, board=board, trackers=trackers)

"""Connects what the settings name outside of Slack and production: channels, billing, board, trackers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.adapters import billing, boards, tracker_api
from bot.adapters.channels import registry as channels
from bot.adapters.ports import Biller, Board, Channel, Known, TrackerApi
from bot.adapters.trackers import generic
from bot.bug.errors import Misconfigured, NotFound
from bot.closing import Close
from bot.intake import sources
from bot.latest import Latest
from bot.settings import Kind, Settings, validate


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

    def closes(self) -> Iterator[Close]:
        for part in (*self.channels.values(), self.biller, self.board):
            if part is not None:
                yield part.close


def connect(settings: Settings, http: aiohttp.ClientSession) -> Connected:
    """Asks nobody yet. Raises Misconfigured for a table that no module knows, or whose keys it does not know."""
    sources.must_be_known(settings.hooks)
    if "generic" in settings.hooks:
        generic.check(settings.hooks["generic"].model_dump())
    sources.must_be_proven({name: hook.secret is not None for name, hook in settings.hooks.items()})
    found = {name: _channel(name, table, http) for name, table in settings.customers.items()}
    if settings.mail:
        found["mail"] = _channel("mail", settings.mail, http)
    bills = settings.billing if settings.billing and not settings.billing.elsewhere else None
    biller: Biller | None = _module(billing.find(bills.kind), bills, "[billing]") if bills else None
    kept = settings.board
    board: Board | None = _module(boards.find(kept.kind), kept, "[board]") if kept else None
    answering = {name: channel for name, channel in found.items() if channel}
    trackers = {name: _tracker(name, table, http) for name, table in settings.trackers.items()}
    return Connected(http=http, channels=answering, biller=biller, board=board, trackers=trackers)


def _channel(name: str, table: Mapping[str, Any], http: aiohttp.ClientSession) -> Channel | None:
    """None for a channel that can't answer."""
    try:
        module: Any = channels.find(name)
    except NotFound as error:
        raise Misconfigured(f"[customers.{name}]: {error}") from error
    if not module.CAN_REPLY:
        return None
    where = "[mail]" if name == "mail" else f"[customers.{name}]"
    settings = validate(module.Settings, table, where)
    channel: Channel = module.connect(settings, http)
    return channel


def _tracker(name: str, table: Mapping[str, Any], http: aiohttp.ClientSession) -> TrackerApi:
    module: Any = tracker_api.find(name)
    tracker: TrackerApi = module.connect(validate(module.Settings, table, f"[trackers.{name}]"), http)
    return tracker


def _module(module: Any, kind: Kind, where: str) -> Any:
    return module.connect(validate(module.Settings, kind.rest(), where))

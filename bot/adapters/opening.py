"""Opens clients for the settings' tables. Opening calls nobody; it raises Misconfigured for an unusable table."""

import aiohttp

from bot.adapters.ports import Biller, Board, Channel, Table, TrackerApi
from bot.adapters.registry import BILLERS, BOARDS, CHANNELS, TRACKERS, A, Registry
from bot.bug.errors import Misconfigured, NotFound
from bot.settings.sections import Kind

MAIL = "mail"
"""The channel whose table is `[mail]`."""


def channel(name: str, table: Table, http: aiohttp.ClientSession) -> Channel | None:
    """None for a channel that can't answer."""
    where = "[mail]" if name == MAIL else f"[customers.{name}]"
    connector = _found(CHANNELS, name, where).connector
    return connector.open(table, where, http) if connector else None


def tracker(name: str, table: Table, http: aiohttp.ClientSession) -> TrackerApi:
    where = f"[trackers.{name}]"
    api = _found(TRACKERS, name, where).api
    if api is None:
        raise Misconfigured(f"{where}: nothing is written back to {name}. Write one of: {', '.join(written_back())}.")
    return api.open(table, where, http)


def biller(kind: Kind, http: aiohttp.ClientSession) -> Biller:
    return _found(BILLERS, kind.kind, "billing.kind").connector.open(kind.rest(), "[billing]", http)


def board(kind: Kind, http: aiohttp.ClientSession) -> Board:
    return _found(BOARDS, kind.kind, "board.kind").connector.open(kind.rest(), "[board]", http)


def written_back() -> tuple[str, ...]:
    """The trackers that have an API client."""
    return tuple(adapter.name for adapter in TRACKERS.every() if adapter.api)


def _found(registry: Registry[A], name: str, where: str) -> A:
    try:
        return registry.find(name)
    except NotFound as error:
        raise Misconfigured(f"{where}: {error}") from error

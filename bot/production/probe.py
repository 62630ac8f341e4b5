"""Checks that show a problem before a fix and its absence after; smoke probes are the same, on what must not break."""

from collections.abc import Mapping
from typing import Protocol

import aiohttp

from bot.bug.errors import MakegoodError, Outside
from bot.bug.values import Frozen
from bot.outgoing import Client
from bot.production.action import Table
from bot.settings import ProbeSettings
from bot.text import plural

_BODY_READ = 256 * 1024


class ProbeResult(Frozen):
    """What one probe saw."""

    name: str
    ok: bool
    said: str
    """"is 500", "has 2 rows"."""


class Looks(Protocol):
    """Runs the looks; the engine does."""

    async def look(self, name: str, values: Mapping[str, str]) -> Table: ...


async def probe(name: str, check: ProbeSettings, looks: Looks, http: aiohttp.ClientSession) -> ProbeResult:
    """Never raises for what it checks: not reachable is a result too."""
    ok, said = await (_page(name, check, http) if check.url else _rows(check, looks))
    return ProbeResult(name=name, ok=ok, said=said)


async def _page(name: str, check: ProbeSettings, http: aiohttp.ClientSession) -> tuple[bool, str]:
    page = Client(session=http, who=name, largest=_BODY_READ)
    try:
        reply = await page.exchange("GET", check.url)
    except Outside as error:
        silent = isinstance(error.__cause__, TimeoutError)
        return False, f"is silent for {page.timeout:g} s" if silent else "is not reachable"
    if reply.status == check.expect and check.contains not in reply.text:
        return False, f"is {reply.status} without “{check.contains}”"
    return reply.status == check.expect, f"is {reply.status}"


async def _rows(check: ProbeSettings, looks: Looks) -> tuple[bool, str]:
    try:
        table = await looks.look(check.look, check.params)
    except MakegoodError as error:
        return False, f"is unknown: {error}"
    count = len(table.rows)
    return count == check.rows and not table.more, f"has {'more than ' if table.more else ''}{plural(count, 'row')}"

"""Checks that show a problem before a fix and its absence after; smoke probes are the same, on what must not break."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Protocol

import aiohttp

from bot.bug.errors import MakegoodError, Outside
from bot.bug.values import Frozen
from bot.outgoing.client import Client
from bot.production.action import Table
from bot.production.probes.settings import ProbeSettings
from bot.text import plural

log = logging.getLogger(__name__)

_BODY_READ = 256 * 1024
LONGEST = 30.0
"""Seconds after which a probe has given no answer."""


class ProbeResult(Frozen):
    """What one probe saw."""

    name: str
    ok: bool
    said: str
    """"is 500", "has 2 rows"."""
    unknown: bool = False
    """It could not be asked: neither works nor does not."""


class Looks(Protocol):
    """Runs the looks; the engine does."""

    async def look(self, name: str, values: Mapping[str, str]) -> Table: ...


async def probe(
    name: str, check: ProbeSettings, looks: Looks, http: aiohttp.ClientSession, page: str = "", limit: float = LONGEST
) -> ProbeResult:
    """Never raises and never hangs: not reachable is a result too. `page`: the bug's; `limit`: seconds."""
    try:
        async with asyncio.timeout(limit):
            return await (_page(name, check, http, page) if check.url else _rows(name, check, looks))
    except TimeoutError:
        return ProbeResult(name=name, ok=False, said=f"gives no answer within {limit:g} s")
    except Exception:  # whatever it stumbles over, whoever asked gets an answer, and the log has it
        log.exception("the probe %s", name)
        return ProbeResult(name=name, ok=False, said="could not be asked; the log says why", unknown=True)


async def _page(name: str, check: ProbeSettings, http: aiohttp.ClientSession, page: str) -> ProbeResult:
    client = Client(session=http, who=name, largest=_BODY_READ)
    try:
        reply = await client.exchange("GET", check.address(page))
    except Outside as error:
        if isinstance(error.__cause__, TimeoutError):
            return ProbeResult(name=name, ok=False, said=f"is silent for {client.timeout:g} s")
        return ProbeResult(name=name, ok=False, said="is not reachable", unknown=check.on == "development")
    if reply.status == check.expect and check.contains not in reply.text:
        return ProbeResult(name=name, ok=False, said=f"is {reply.status} without “{check.contains}”")
    return ProbeResult(name=name, ok=reply.status == check.expect, said=f"is {reply.status}")


async def _rows(name: str, check: ProbeSettings, looks: Looks) -> ProbeResult:
    try:
        table = await looks.look(check.look, check.params)
    except MakegoodError as error:
        return ProbeResult(name=name, ok=False, said=f"is unknown: {error}", unknown=True)
    count, more = len(table.rows), "more than " if table.more else ""
    return ProbeResult(name=name, ok=count == check.rows and not table.more, said=f"has {more}{plural(count, 'row')}")

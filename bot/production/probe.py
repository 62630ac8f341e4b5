"""Checks that show a problem before a fix and its absence after; smoke probes are the same, on what must not break."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol

import aiohttp
from pydantic import Field, model_validator

from bot.bug.errors import MakegoodError, Outside
from bot.bug.values import Frozen
from bot.outgoing import Client
from bot.production.action import Table

_BODY_READ = 256 * 1024


class Probe(Frozen):
    """One check, from the settings: a page, or a look and how many rows it has."""

    name: str
    url: str = ""
    """"https://shop.example.com/menus/13"."""
    status: int = Field(default=200, ge=100, le=599)
    contains: str = ""
    """Text that the page has when all is well."""
    look: str = ""
    params: Mapping[str, str] = Field(default_factory=dict)
    rows: int = Field(default=0, ge=0)
    """How many rows the look has when all is well."""
    timeout: float = Field(default=10, gt=0)

    @model_validator(mode="after")
    def _one_of_both(self) -> "Probe":
        if bool(self.url) == bool(self.look):
            raise ValueError(f"The probe {self.name!r} needs either a url or a look.")
        if self.url and not self.url.startswith(("http://", "https://")):
            raise ValueError(f"The probe {self.name!r} needs a whole url, as in https://shop.example.com/menus.")
        return self


class ProbeResult(Frozen):
    """What one probe saw."""

    name: str
    ok: bool
    said: str
    """"is 500", "has 2 rows"."""


class Looks(Protocol):
    """Who runs the looks: the engine."""

    async def look(self, name: str, values: Mapping[str, str]) -> Table: ...


async def probe(check: Probe, looks: Looks, http: aiohttp.ClientSession) -> ProbeResult:
    """Never raises for what it checks: not reachable is a result too."""
    return await (_page(check, http) if check.url else _rows(check, looks))


async def probe_all(checks: Sequence[Probe], looks: Looks, http: aiohttp.ClientSession) -> tuple[ProbeResult, ...]:
    """All at once."""
    return tuple(await asyncio.gather(*(probe(check, looks, http) for check in checks)))


def compared(before: Sequence[ProbeResult], after: Sequence[ProbeResult]) -> str:
    """ "menu page was 500, is 200": what changed between two rounds."""
    then = {result.name: result for result in before}
    told = [(result, then.get(result.name)) for result in after]
    return "; ".join(_line(now, was) for now, was in told)


def broken(before: Sequence[ProbeResult], after: Sequence[ProbeResult]) -> tuple[ProbeResult, ...]:
    """What fails now and did not fail before: reason enough not to call it fixed."""
    failing = {result.name for result in before if not result.ok}
    return tuple(result for result in after if not result.ok and result.name not in failing)


def _line(now: ProbeResult, was: ProbeResult | None) -> str:
    if was is None or was.said == now.said:
        return f"{now.name} {now.said}"
    return f"{now.name} {was.said.replace('is ', 'was ', 1).replace('has ', 'had ', 1)}, {now.said}"


async def _page(check: Probe, http: aiohttp.ClientSession) -> ProbeResult:
    page = Client(session=http, who=check.name, timeout=check.timeout, largest=_BODY_READ)
    try:
        reply = await page.exchange("GET", check.url)
    except Outside as error:
        silent = isinstance(error.__cause__, TimeoutError)
        said = f"is silent for {check.timeout:g} s" if silent else "is not reachable"
        return ProbeResult(name=check.name, ok=False, said=said)
    status = reply.status
    if status == check.status and check.contains not in reply.text:
        return ProbeResult(name=check.name, ok=False, said=f"is {status} without “{check.contains}”")
    return ProbeResult(name=check.name, ok=status == check.status, said=f"is {status}")


async def _rows(check: Probe, looks: Looks) -> ProbeResult:
    try:
        table = await looks.look(check.look, check.params)
    except MakegoodError as error:
        return ProbeResult(name=check.name, ok=False, said=f"is unknown: {error}")
    count = len(table.rows)
    more = "more than " if table.more else ""
    said = f"has {more}{count} row{'' if count == 1 else 's'}"
    return ProbeResult(name=check.name, ok=count == check.rows and not table.more, said=said)

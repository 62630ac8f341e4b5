"""Checks the hooks as their senders reach them, the probes, and the catalogue of actions."""

import asyncio
from pathlib import Path

import aiohttp

from bot import shipped
from bot.adapters.hooks import names
from bot.allowed import must_be_actions, must_be_looks
from bot.bug.errors import Misconfigured, Outside
from bot.commands import common
from bot.commands.checks.finding import Finding, note, ok, wrong
from bot.commands.checks.listening import nobody
from bot.outgoing import sessions
from bot.outgoing.client import Client
from bot.production.catalogue.catalogue import Catalogue
from bot.production.engine import Engine
from bot.production.probes.probe import ProbeResult, probe
from bot.settings.sections import HookSettings
from bot.settings.settings import Settings

SHORTEST = 16
NOBODY = frozenset({"nothing", 502, 503, 504})
"""What comes back where no bot is behind the address: nothing, or what a proxy says of it."""


async def hooks(settings: Settings, here: str) -> list[Finding]:
    """Each as its sender reaches it; `here` is the host:port on which the bot of this machine listens."""
    async with sessions.pooled() as http:
        public = settings.web.public_url
        asked = (_hook(http, public, here, source, hook) for source, hook in settings.hooks.items())
        return list(await asyncio.gather(*asked))


async def _hook(http: aiohttp.ClientSession, public: str, here: str, source: str, hook: HookSettings) -> Finding:
    system, token = f"hook {source}", hook.token.get_secret_value()
    if source not in names():
        return wrong(system, f"there is no source {source}. Write one of: {', '.join(names())}")
    if len(token) < SHORTEST:
        return wrong(system, f"its token can be guessed: make one with `openssl rand -hex 32` (at least {SHORTEST})")
    if not public:
        return note(system, "no [web] public_url, so it can't be tried; the service has to reach /hooks/… somehow")
    status = await _status(http, f"{public}/hooks/{source}/{token}")
    if status == 200:  # noqa: PLR2004 - HTTP's OK
        return ok(system, f"answers at {public}/hooks/{source}/…")
    if status in NOBODY and not await _runs(here):
        said = f"the bot does not run here yet (nobody listens on {here}): start it, and ask again"
        return note(system, f"{public}/hooks/{source}/… can't be tried: {said}")
    return wrong(system, f"{public}/hooks/{source}/… answers {status}, and not from this bot: does it lead to {here}?")


async def _runs(here: str) -> bool:
    """Whether anybody takes connections where this machine's bot would."""
    host, _, port = here.rpartition(":")
    return not await nobody(host, int(port))


async def catalogue(settings: Settings, path: Path) -> Catalogue:
    """The shipped actions and the team's own, with those on that approvers have turned on."""
    paths = [shipped.ACTIONS, *(path.parent / folder for folder in settings.actions.paths)]
    return Catalogue.load(paths, await common.allowed(path, ""))


async def probes(settings: Settings, path: Path) -> list[Finding]:
    if not settings.probes:
        return []
    engine = Engine(await catalogue(settings, path), settings.targets)
    try:
        async with sessions.pooled() as http:
            asked = (probe(name, one, engine, http) for name, one in settings.probes.items())
            return [_probed(seen) for seen in await asyncio.gather(*asked)]
    finally:
        await engine.close()


def _probed(seen: ProbeResult) -> Finding:
    if seen.ok:
        return ok(f"probe {seen.name}", seen.said)
    return note(f"probe {seen.name}", f"{seen.said}: broken just now, or not what the settings expect")


async def _status(http: aiohttp.ClientSession, url: str) -> int | str:
    try:
        return (await Client(session=http, who="The hook").exchange("GET", url)).status
    except Outside:
        return "nothing"


def actions(settings: Settings, home: Path) -> list[Finding]:
    """Only files that can't be used, read and not executed: whether a target fits is told by `makegood actions check`."""
    read = Catalogue.load([shipped.ACTIONS, *(home / path for path in settings.actions.paths)])
    missing = [path for path in settings.actions.paths if not (home / path).is_dir()]
    found = [wrong("actions", f"[actions] paths: there is no folder {home / path}") for path in missing]
    found += [wrong("actions", str(problem)) for problem in read.problems]
    try:
        must_be_actions(read, settings.actions.mode)
        must_be_looks(read, {name: probe.look for name, probe in settings.probes.items()})
    except Misconfigured as error:
        found.append(wrong("actions", str(error)))
    return found or [ok("actions", f"{len(read.entries)} can be read; `makegood actions check` reads them closely")]

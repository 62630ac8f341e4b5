"""Chooses a bug's probes: those of its own page, and the smoke probes. What a probe does: bot/production/probes/probe.py."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

from bot.bug.bug import Bug
from bot.bug.fixes.looks import Probed
from bot.production.probes.probe import Looks, probe
from bot.production.probes.settings import ProbeSettings


@dataclass(frozen=True)
class Prober:
    probes: Mapping[str, ProbeSettings]
    looks: Looks
    http: aiohttp.ClientSession

    async def check(self, bug: Bug, when: str, run: int | None) -> tuple[Probed, ...]:
        """Every probe that belongs to this bug, all at once; one that can't be asked counts as not ok.

        Around a run only those on production: a development machine says nothing of what it did.
        """
        everywhere = when == "asked"
        mine = [
            (name, one)
            for name, one in self.probes.items()
            if belongs(one, bug) and (everywhere or one.on == "production")
        ]
        return tuple(await asyncio.gather(*(self._one(name, one, bug.page, when, run) for name, one in mine)))

    async def _one(self, name: str, settings: ProbeSettings, page: str, when: str, run: int | None) -> Probed:
        seen = await probe(name, settings, self.looks, self.http, page)
        about = {"probe": name, "when": when, "run": run, "smoke": settings.smoke, "where": settings.on}
        return Probed.model_validate({**about, "ok": seen.ok, "said": seen.said, "unknown": seen.unknown})


def belongs(probe: ProbeSettings, bug: Bug) -> bool:
    """Smoke probes look at everything else, so they belong to every bug; what asks the bug's own page needs one."""
    if probe.takes_page and not bug.page:
        return False
    return probe.smoke or not probe.page or probe.page in bug.page or probe.page in bug.context

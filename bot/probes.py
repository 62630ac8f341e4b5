"""Checks that show the problem before and its absence after: a page's status and words, of the bug's page and of others (smoke)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

from bot.domain import fix_events as f
from bot.domain.bug import Bug
from bot.settings import ProbeSettings

TIMEOUT = aiohttp.ClientTimeout(total=10)


@dataclass(frozen=True)
class Prober:
    probes: Mapping[str, ProbeSettings]
    http: aiohttp.ClientSession

    async def check(self, bug: Bug, when: str, run: int | None) -> tuple[f.Probed, ...]:
        """Every probe that belongs to this bug, all at once; one that can't be asked counts as not ok."""
        mine = {
            n: p for n, p in self.probes.items() if p.smoke or not p.page or p.page in bug.page or p.page in bug.context
        }
        return tuple(await asyncio.gather(*(self._one(n, p, when, run) for n, p in mine.items())))

    async def _one(self, name: str, probe: ProbeSettings, when: str, run: int | None) -> f.Probed:
        try:
            async with self.http.get(probe.url, timeout=TIMEOUT, allow_redirects=False) as answer:
                text = await answer.text(errors="replace")
                ok = answer.status == probe.expect and probe.contains in text
                said = f"is {answer.status}"
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            ok, said = False, f"can't be asked: {type(error).__name__}"
        return f.Probed.model_validate({"probe": name, "when": when, "ok": ok, "said": said, "run": run})

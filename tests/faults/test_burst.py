"""300 new bugs in 5 s and a restart in their middle, in Slack's real limits: who waits is seen first, all others in their order."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.demo.server import free_port
from bot.demo.slack.local import LocalSlack
from bot.demo.slack.manifest import AppManifest
from bot.demo.slack.records import Person
from tests.faults.process import ROOT, Makegood
from tests.slack.alerts import bugsnag

BUGS, SECONDS, WAITING, LOOKED = 300, 5.0, 6, 75.0
"""New bugs, over how long, how many customers wait among them, and how long Slack is looked at."""
SOON = 10.0
TOKEN = "token-of-the-hook"
SETTINGS = f"""
mode = "watch"
[slack]
error_channels = ["C0ERRORS"]
cards_per_minute = 1000
[hooks.bugsnag]
token = "{TOKEN}"
[hooks.email-postmark]
token = "{TOKEN}"
"""


@dataclass
class Burst:
    """Sends as services do: what is not answered 200 is sent again."""

    bot: Makegood
    slack: LocalSlack
    taken: dict[str, float] = field(default_factory=dict)
    """When each was answered 200, by its title."""
    began: dict[float, str] = field(default_factory=dict)
    ready: float = 0.0
    """When the restarted process was there."""

    async def send(self, http: aiohttp.ClientSession, path: str, body: dict[str, Any], name: str, at: float) -> None:
        await asyncio.sleep(max(0.0, at - time.monotonic()))
        while True:
            try:
                async with http.post(f"{self.bot.url}/hooks/{path}/{TOKEN}", json=body) as answer:
                    if answer.status == 200:
                        self.taken[name] = time.monotonic()
                        return
            except (aiohttp.ClientError, TimeoutError):
                pass
            await asyncio.sleep(0.3)

    async def restart(self, at: float) -> None:
        await asyncio.sleep(max(0.0, at - time.monotonic()))
        await self.bot.kill()
        await self.bot.start()
        self.ready = time.monotonic()


def title(number: int) -> str:
    return f"Burst {number:03}"


def waits(number: int) -> bool:
    """Spread over the burst, the first in its middle: behind 150 others."""
    return number >= BUGS // 2 and (number - BUGS // 2) % (BUGS // 2 // WAITING) == 0


def sent(burst: Burst, http: aiohttp.ClientSession, begin: float) -> Iterator[Any]:
    for number in range(BUGS):
        at, name = begin + number * SECONDS / BUGS, title(number)
        who: dict[str, Any] = {"email": f"c{number}@fleet.example", "name": f"Cust {number}"} if waits(number) else {}
        yield burst.send(http, "bugsnag", bugsnag(error=f"e{number:03}", title=name, **who), name, at)


def shown(slack: LocalSlack) -> dict[str, float]:
    """When each bug's card was posted, by its title."""
    cards = (m for m in slack.messages("C0ERRORS") if (m.get("metadata") or {}).get("event_type") == "makegood_card")
    found = {}
    for card in cards:
        text = str(card["text"]) + str(card.get("blocks", ""))
        name = next((title(n) for n in range(BUGS) if title(n) in text), "")
        found[name] = float(card["ts"])
    return found


@pytest.mark.timed
@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
async def test_in_a_burst_whoever_waits_is_seen_within_seconds_and_all_others_in_their_order(
    tmp_path: Path, database_url: str, store: str
) -> None:
    slack = LocalSlack(
        people=[Person(id="U0DEV", name="Dana", email="dana@acme.example")],
        channels={"C0ERRORS": "errors"},
        manifest=AppManifest.load(ROOT / "app_manifest.yml"),
    )
    await slack.start()
    (tmp_path / "makegood.toml").write_text(SETTINGS)
    environment = {
        "SLACK_BOT_TOKEN": "xoxb-local",
        "SLACK_APP_TOKEN": "xapp-local",
        "SLACK_API_URL": slack.api_url,
        "MAKEGOOD_PORT": str(free_port()),
        "MAKEGOOD_DATABASE_URL": database_url,
    }
    burst = Burst(Makegood(tmp_path / "makegood.toml", environment), slack)
    try:
        await burst.bot.start()
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http:
            begin, wall = time.monotonic(), time.time()
            await asyncio.gather(burst.restart(begin + SECONDS / 2), *sent(burst, http, begin))
            await asyncio.sleep(max(0.0, begin + LOOKED - time.monotonic()))
        seen = {name: begin + ts - wall for name, ts in shown(slack).items()}
    finally:
        await burst.bot.kill()
        await slack.stop()
    print(f"\n{store}: ", end="")  # noqa: T201 - as below
    told(burst, seen, begin)


def told(burst: Burst, seen: dict[str, float], begin: float) -> None:
    urgent = [title(n) for n in range(BUGS) if waits(n)]
    late = {name: seen.get(name, float("inf")) - max(burst.taken[name], burst.ready) for name in urgent}
    others = sorted((at, name) for name, at in seen.items() if name not in late)
    print(  # noqa: T201 - the figures are what this is run for
        f"{len(burst.taken)} of {BUGS} taken, the last after {max(burst.taken.values()) - begin:.1f} s; ready again after "
        f"{burst.ready - begin:.1f} s; {len(late)} customers wait, their cards after {sorted(round(x, 1) for x in late.values())} s; "
        f"{len(others)} other cards in {LOOKED:.0f} s"
    )
    assert len(burst.taken) == BUGS
    assert max(late.values()) <= SOON
    order = [burst.taken[name] for _, name in others]
    wrong = sum(a > b + 0.5 for a, b in pairwise(order))
    assert wrong == 0, f"{wrong} cards before one that came more than half a second earlier: {[n for _, n in others]}"
    rate = (len(others) + len(late)) / (LOOKED - 5)
    assert rate >= 0.5, f"{rate:.2f} cards a second, where Slack takes one"

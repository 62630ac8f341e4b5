"""300 new bugs in 5 s and a restart in their middle, in Slack's real limits: who waits is seen first, all others in their order."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from math import inf
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.demo.server import free_port
from bot.demo.slack.local import LocalSlack
from bot.demo.slack.manifest import AppManifest
from bot.demo.slack.records import Person
from bot.ledger.relay.relay import DOUBT_PAUSE
from bot.sinks.card import CardSink
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
    killed: float = 0.0
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
        self.killed = time.monotonic()
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


@dataclass(frozen=True)
class Card:
    came: float
    """When the bug was written down: a hook that was stored, and not answered before the kill, is sent again."""
    posted: float


def shown(slack: LocalSlack) -> dict[str, Card]:
    """Unix seconds of each bug's card, by its title."""
    cards = (m for m in slack.messages("C0ERRORS") if (m.get("metadata") or {}).get("event_type") == "makegood_card")
    found = {}
    for card in cards:
        text = str(card["text"]) + str(card.get("blocks", ""))
        name = next((title(n) for n in range(BUGS) if title(n) in text), "")
        came = datetime.fromisoformat(card["metadata"]["event_payload"]["at"]).timestamp()
        found[name] = Card(came, float(card["ts"]))
    return found


def overtaken(cards: dict[str, Card]) -> list[str]:
    """Cards before which one stands that came more than half a second later."""
    names = sorted(cards, key=lambda name: cards[name].posted)
    latest = accumulate((cards[name].came for name in names), max)
    return [name for name, before in zip(names, latest, strict=True) if before > cards[name].came + 0.5]


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
        seen = {name: Card(begin + c.came - wall, begin + c.posted - wall) for name, c in shown(slack).items()}
    finally:
        await burst.bot.kill()
        await slack.stop()
    print(f"\n{store}: ", end="")  # noqa: T201 - as below
    told(burst, seen, begin)


def told(burst: Burst, seen: dict[str, Card], begin: float) -> None:
    urgent = [title(n) for n in range(BUGS) if waits(n)]
    late = {n: (seen[n].posted if n in seen else inf) - max(burst.taken[n], burst.ready) for n in urgent}
    others = {name: card for name, card in seen.items() if name not in late}
    passed = overtaken(others)
    print(  # noqa: T201 - the figures are what this is run for
        f"{len(burst.taken)} of {BUGS} taken, the last after {max(burst.taken.values()) - begin:.1f} s; ready again after "
        f"{burst.ready - begin:.1f} s; {len(late)} customers wait, their cards after {sorted(round(x, 1) for x in late.values())} s; "
        f"{len(others)} other cards in {LOOKED:.0f} s, {len(passed)} of them out of order"
    )
    assert len(burst.taken) == BUGS
    assert max(late.values()) <= SOON
    # what was on its way to Slack when the process was killed is looked for first, once it can no longer arrive
    cut_off = burst.killed + DOUBT_PAUSE
    assert len(passed) <= CardSink.slots, (
        f"{passed} came after later ones: {sorted(others, key=lambda n: seen[n].posted)}"
    )
    assert all(seen[name].came < burst.killed and seen[name].posted > cut_off for name in passed)
    rate = len(seen) / (LOOKED - 5)
    assert rate >= 0.5, f"{rate:.2f} cards a second, where Slack takes one"

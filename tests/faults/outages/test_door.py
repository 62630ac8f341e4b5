"""Damaged deliveries at the real door: each is answered 200 or 4xx with a reason, and no bug is half-written."""

import json
import random
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select

from bot.adapters.hooks import CUSTOMER
from bot.adapters.registry import CHANNELS, TRACKERS
from bot.ledger.db.tables import inbox
from bot.ledger.entries import list_bugs
from bot.ledger.verify import verify
from tests.slack.house import HOOK, House
from tests.support.bending import bent
from tests.support.recorded import deliveries

ROUNDS, SEED, CUTS = 20, 4, 9
OK, REFUSED, BROKEN = 200, 400, 500


def sources() -> dict[str, list[Any]]:
    """Recorded deliveries of every address under /hooks/, found by name."""
    trackers = [adapter.name for adapter in TRACKERS.every()]
    found = {name: deliveries("trackers", name) for name in trackers} | {"trello": deliveries("boards", "trello")}
    for name in CHANNELS.names():
        if name != "mail":
            found[CUSTOMER + name if name in trackers else name.replace("_", "-")] = deliveries("channels", name)
    return {name: [json.loads(path.read_text("utf-8")) for path in paths] for name, paths in found.items()}


SOURCES = sources()


@pytest.fixture
def given() -> dict[str, Any]:
    return {"hooks": {source: {"token": HOOK} for source in SOURCES}}


async def test_whatever_comes_to_the_door_is_taken_whole_or_refused_with_a_reason(house: House) -> None:
    chance, answers = random.Random(SEED), set[int]()  # noqa: S311 - repeatable damage, not a secret
    async with aiohttp.ClientSession() as http:
        for source, deliveries in SOURCES.items():
            for number in range(ROUNDS):
                body = json.dumps(bent(chance.choice(deliveries), chance, number % CUTS)).encode()
                status, said = await post(http, f"{house.url}/hooks/{source}/{HOOK}", body)
                answers.add(status)
                assert status == OK or (REFUSED <= status < BROKEN and said.strip()), (source, status, said, body[:500])
    await house.quiet()
    assert OK in answers
    await expect_whole(house)


async def post(http: aiohttp.ClientSession, url: str, body: bytes) -> tuple[int, str]:
    async with http.post(url, data=body, headers={"Content-Type": "application/json"}) as answer:
        return answer.status, await answer.text()


async def expect_whole(house: House) -> None:
    """Everything that was taken is worked off; every bug has its trail, its card and a thread that begins."""
    async with house.bot.ledger.db.read() as conn:
        waiting = select(inbox.c.source, inbox.c.note).where(inbox.c.state != "done")
        kept = inbox.c.source.like("strange.%")  # of kinds that nobody foresaw: for people to look at
        left = (await conn.execute(waiting.where(~kept))).all()
    assert left == []
    bugs = await list_bugs(house.bot.ledger)
    assert await verify(house.bot.ledger) == len(bugs) > len(SOURCES) // 2
    for bug in bugs:
        kinds = await house.kinds(bug.ref.number)
        assert (kinds[0], bug.title != "", bug.gave_up) == ("opened", True, ())
        assert bug.card is not None

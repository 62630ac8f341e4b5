"""A newer version is being rolled out beside this one: who presses is answered with a sentence, and nothing is done by half."""

import asyncio

from sqlalchemy import select

from bot.ledger.db.tables import inbox
from bot.slack.verbs.registry import VERBS
from tests.slack.house import House
from tests.support.newer import Renamed, next_version
from tests.support.stores import person

NEWER = "BUG-1 holds something that only a newer Makegood can read"


async def renamed(house: House) -> None:
    with next_version():
        await house.bot.ledger.record(1, lambda _bug: Renamed(title="Menu"), by=person("U0LEAD"))


async def test_a_press_on_what_a_newer_version_wrote_says_what_to_do(house: House) -> None:
    card, dana = await house.alarm(), house.person("Dana")
    await renamed(house)
    await card.button("Claim").click(by=dana)
    said = await dana.expect_ephemeral(NEWER)
    assert "Nothing was changed; try again in a moment." in said.lock_screen
    await dana.types("/bug list", in_=house.errors)
    await dana.expect_ephemeral("nobody has it")
    with next_version():
        assert (await house.bug()).owner is None


async def test_what_another_version_drew_says_so_when_it_is_pressed(house: House) -> None:
    card, dana = await house.alarm(), house.person("Dana")
    claim = VERBS.pop("claim")
    try:
        await card.button("Claim").click(by=dana)
        await dana.expect_ephemeral("This button is of another version of Makegood")
    finally:
        VERBS["claim"] = claim


async def test_an_alert_of_such_a_bug_waits_for_the_newer_version(house: House) -> None:
    await house.alarm()
    await renamed(house)
    await house.reported(error="error-1", event="event-2")
    left = select(inbox.c.attempts).where(inbox.c.state == "new", inbox.c.note.contains(NEWER))
    async with asyncio.timeout(5), house.bot.ledger.db.read() as conn:
        while (await conn.execute(left)).all() != [(0,)]:
            await asyncio.sleep(0.02)

"""A process that is asked to stop drains; one that was frozen past its leases does nothing a second time."""

import asyncio
from functools import partial

import pytest
from sqlalchemy import func, select

from bot.bug.bug import Bug
from bot.bug.course import ownership
from bot.bug.gifts import gifts
from bot.ledger.db.tables import cursors
from bot.ledger.entries import load
from bot.ledger.relay.leased import LEASE
from bot.ledger.verify import verify
from tests.faults.conftest import alive
from tests.faults.hasten import BY
from tests.faults.test_kill import CREDIT, TELL, wrote
from tests.faults.town import Town, until
from tests.support.stores import person

OUTBOUND = "card,thread,customer,billing,board"


async def waiting_customer(town: Town, number: int) -> int:
    """A bug whose customer waits in the chat."""
    hint = town.customer(number)
    await town.report(number, 1, hint.email)
    bug = (await town.bug_of(number)).ref.number
    await town.world.parts.chat.visitor_says(None, hint.name, hint.email, "What can I do?", "https://shop.example.com/")
    await until(partial(wrote, town, bug), "the chat")
    return bug


async def told(town: Town, bug: int) -> None:
    record = partial(town.ledger.record, bug, by=person("U0DEV"))
    await record(lambda now: ownership.claim(now, "U0DEV"))
    await record(lambda now: gifts.tell(now, ["c1"], TELL, [CREDIT], anyway=True))


async def leased(town: Town) -> int:
    async with town.ledger.db.read() as conn:
        return await conn.scalar(select(func.count()).select_from(cursors).where(cursors.c.lease > 0)) or 0


async def expect_once(town: Town, bug: Bug) -> None:
    assert town.lines(bug) == await town.worth_a_line(bug.ref.number)
    assert town.cards() == {str(bug.ref): 1}
    assert town.board_cards() == {str(bug.ref): 1}
    assert list(town.credits().values()) == [1]
    assert list(town.bubbles().values()) == [1]
    assert await verify(town.ledger) == 1


async def test_a_process_that_is_asked_to_stop_finishes_what_it_began(town: Town) -> None:
    bot = town.bot()
    async with alive(bot):
        await bot.start()
        bug = await waiting_customer(town, 1)
        await told(town, bug)
        hooks = asyncio.gather(*(town.report(1, occurrence) for occurrence in range(2, 30)))
        await asyncio.sleep(0.3)
        assert await bot.terminate() == 0, bot.log[-2000:]
        assert await leased(town) == 0, "nothing is cut off"
        await bot.start()
        await hooks
        await town.settled()
        await expect_once(town, await load(town.ledger, bug))
        assert (await load(town.ledger, bug)).occurrences == 29


@pytest.mark.parametrize("store", ["postgresql"])
@pytest.mark.parametrize("sends", ["in the middle of a call", "in the middle of anything"])
async def test_a_process_that_was_frozen_past_its_leases_does_nothing_twice(town: Town, sends: str) -> None:
    one, two = town.bot(), town.bot("second", "--sinks", OUTBOUND)
    async with alive(one, two):
        await one.start()
        bug = await waiting_customer(town, 1)
        if sends == "in the middle of a call":
            town.world.parts.chat.faults.add("hang")
            town.slack.faults.add(kind="hang", method="chat.postMessage")
        await told(town, bug)
        await asyncio.sleep(0.6)
        one.freeze()
        await two.start(ready=False)
        await asyncio.sleep(LEASE / BY + 1)
        await town.delivered(*OUTBOUND.split(","))
        one.thaw()
        await asyncio.sleep(2)
        await town.settled()
        await expect_once(town, await load(town.ledger, bug))

"""A letter in its wait, and kill -9: whichever was written first holds, that it was taken back or that it left, and each once."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pytest

from bot.bug.bug import Bug
from bot.bug.errors import Refused
from bot.bug.event import Event
from bot.bug.gifts import gifts
from bot.bug.money import Credit, Money
from bot.bug.telling import letters
from bot.bug.telling.gift_texts import GiftTexts
from bot.bug.telling.letters import Letters
from bot.ledger.entries import load
from bot.ledger.ledger import utcnow
from tests.faults.conftest import alive
from tests.faults.town import Town, until
from tests.support.stores import person

WAIT = timedelta(seconds=2)
RULE = Letters(wait=WAIT, chats=frozenset(), pasted=frozenset())
CREDIT = Credit(money=Money(amount=500, currency="EUR"))


@dataclass(frozen=True)
class Written:
    """A letter with a credit that Dana has just written."""

    town: Town
    bug: int
    email: str

    @property
    def reached(self) -> int:
        return sum(count for text, count in self.town.mails().items() if self.email in text)

    @property
    def booked(self) -> int:
        return self.town.credits()[self.email]

    async def take_back(self) -> None:
        """As the button beside it does."""
        (customer,) = (await load(self.town.ledger, self.bug)).customers
        (message,) = (m.seq for m in customer.messages)
        this = partial(letters.take_back, message=message)
        await self.town.ledger.record(self.bug, this, by=person("U0DEV"))

    async def left(self) -> bool:
        return not letters.held(await load(self.town.ledger, self.bug))


async def written(town: Town, number: int) -> Written:
    hint = town.customer(number)
    await town.report(number, 1, hint.email)
    bug = (await town.bug_of(number)).ref.number

    def tell(now: Bug) -> tuple[Event, ...]:
        told = gifts.tells(now, ["c1"], f"It works again, {hint.name}.", [CREDIT], GiftTexts(), anyway=True)
        return RULE.hold(now, told, utcnow())

    await town.ledger.record(bug, tell, by=person("U0DEV"))
    return Written(town, bug, hint.email)


async def test_taken_back_in_the_wait_it_never_leaves_and_one_that_left_is_sent_once_and_too_late_to_take_back(
    town: Town,
) -> None:
    bot = town.bot()
    async with alive(bot), town.unhurried():
        await bot.start()
        kept, spared = await written(town, 1), await written(town, 2)
        await bot.kill()
        await spared.take_back()
        await asyncio.sleep(WAIT.total_seconds())
        assert (kept.reached, kept.booked, spared.reached, spared.booked) == (0, 0, 0, 0)
        town.world.parts.till.faults.add("after_hang", "POST /v1/customers/{id}/balance_transactions")
        await bot.start()
        await until(kept.left, "it has left")
        await bot.kill()
        with pytest.raises(Refused, match="has left already"):
            await kept.take_back()
        town.heal()
        await bot.start()
        await town.settled(120)
        assert (kept.reached, kept.booked, spared.reached, spared.booked) == (1, 1, 0, 0)

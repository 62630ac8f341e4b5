"""What a cap counts: what was promised, less what the biller has taken back or never gave, once."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.bug import Bug
from bot.bug.event import Event
from bot.bug.gifts.caps import Caps, OverCap, claims
from bot.bug.gifts.gifts import Granted, GrantUndone, NotGranted
from bot.bug.money import Credit, Grant, Money, Receipt
from bot.bug.telling.letters import LettersTakenBack
from bot.bug.telling.messages import Told
from bot.ledger.index import caps
from bot.ledger.ledger import Entry, Ledger
from tests.parts.clocks.test_once import waiting
from tests.support.stores import TEAM, Store, person, rows

BOTH = pytest.mark.parametrize("where", ["sqlite", "postgresql"], scope="module")
FIVE = Credit(money=Money(amount=500, currency="EUR"))
RULES = Caps(per_day={"EUR": 500}, per_month={"EUR": 500})


async def told(ledger: Ledger, bug: int, *grants: Grant, letter: Told | None = None) -> int:
    """seq of the tell, within the caps."""
    event = letter or Told(customers=("c1",), text="It works.", grants=grants)

    async def also(conn: AsyncConnection, _bug: Bug, entries: tuple[Entry, ...]) -> None:
        await caps.take(conn, TEAM, claims(event.grants, 1, "U1", entries[0].at, RULES))

    return (await ledger.record(bug, lambda _b: event, by=person("U1"), also=also)).bug.seq


async def granted(ledger: Ledger, bug: int, tell: int) -> int:
    receipt = Receipt(key="k", grant=FIVE, account="cus_1", external_ids=("x",))
    event = Granted(tell=tell, customer="c1", grant=FIVE, receipt=receipt)
    return (await ledger.record(bug, lambda _b: event, by=person("U1"))).bug.seq


async def happens(ledger: Ledger, bug: int, event: Event) -> None:
    await ledger.record(bug, lambda _b: event, by=person("U2"))


async def spent(ledger: Ledger) -> set[Any]:
    return {amount for (amount,) in await rows(ledger.db, "SELECT amount FROM spent")}


@BOTH
async def test_what_is_taken_back_is_free_on_the_day_and_in_the_month_in_which_it_was_promised(
    store: Store, ledger: Ledger, where: str
) -> None:
    bug = await waiting(ledger)
    given = await granted(ledger, bug, await told(ledger, bug, FIVE))
    with pytest.raises(OverCap):
        await told(ledger, bug, FIVE)
    store.clock.advance(timedelta(days=40).total_seconds())
    await happens(ledger, bug, GrantUndone(granted=given))
    assert await spent(ledger) == {0}


@BOTH
async def test_two_who_take_it_back_at_once_free_it_once(ledger: Ledger, where: str) -> None:
    bug, other = await waiting(ledger), await waiting(ledger, "another")
    given = await granted(ledger, bug, await told(ledger, bug, FIVE))
    await happens(ledger, bug, GrantUndone(granted=given))
    await told(ledger, other, FIVE)
    await happens(ledger, bug, GrantUndone(granted=given))
    assert await spent(ledger) == {500}


@BOTH
async def test_what_was_never_booked_is_free_again_and_what_is_in_doubt_is_not(ledger: Ledger, where: str) -> None:
    bug = await waiting(ledger)
    tell = await told(ledger, bug, FIVE)
    await happens(ledger, bug, NotGranted(tell=tell, customer="c1", grant=FIVE, why="cut off", doubtful=True))
    assert await spent(ledger) == {500}
    await happens(ledger, bug, NotGranted(tell=tell, customer="c1", grant=FIVE, why="no such account"))
    assert await spent(ledger) == {0}


@BOTH
async def test_an_upgrade_whose_time_is_over_was_given(ledger: Ledger, where: str) -> None:
    bug = await waiting(ledger)
    given = await granted(ledger, bug, await told(ledger, bug, FIVE))
    await happens(ledger, bug, GrantUndone(granted=given, ended=True))
    assert await spent(ledger) == {500}


@BOTH
async def test_what_went_with_a_letter_that_was_taken_back_is_free_again_all_of_it_once(
    store: Store, ledger: Ledger, where: str
) -> None:
    bug, two = await waiting(ledger), Credit(money=Money(amount=200, currency="EUR"))
    three = Credit(money=Money(amount=300, currency="EUR"))
    leaves = store.clock() + timedelta(seconds=10)
    letter = Told(customers=("c1",), text="It works.", grants=(two, three), letters=("c1",), leaves=leaves)
    tell = await told(ledger, bug, letter=letter)
    assert await spent(ledger) == {500}
    back = LettersTakenBack(messages=(tell,), customers=("c1",))
    await happens(ledger, bug, back)
    await happens(ledger, bug, back)
    assert await spent(ledger) == {0}

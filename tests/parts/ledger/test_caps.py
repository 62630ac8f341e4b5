"""Whose cap a makegood counts for, and what of several comes back when one of them was not given."""

from datetime import timedelta
from typing import Any

import pytest

from bot.bug.customers.customers import CustomerJoined
from bot.bug.gifts.caps import Caps, OverCap
from bot.bug.gifts.gifts import Granted, GrantUndone, NotGranted
from bot.bug.money import Credit, Days, Grant, Money, Receipt, Upgrade
from bot.bug.telling.messages import Told
from bot.bug.values import CustomerHint
from bot.ledger.index import caps
from bot.ledger.ledger import SYSTEM, Ledger
from tests.support.stores import MONDAY, TEAM, Store, open_bug, person, rows, sql

FIVE = Credit(money=Money(amount=500, currency="EUR"))
WEEK = Days(days=7, until=MONDAY + timedelta(days=7))
PRO = Upgrade(plan="pro", until=MONDAY + timedelta(days=30))
TEN_A_DAY = Caps(per_day={"EUR": 1000})


@pytest.fixture
async def bug(ledger: Ledger) -> int:
    """Ada and Bo wait."""
    hints = {"c1": CustomerHint(email="ada@example.com"), "c2": CustomerHint(email="bo@example.com")}
    return await open_bug(
        ledger,
        "Menu page fails",
        *(CustomerJoined(customer=id_, hint=hint, via="bugsnag") for id_, hint in hints.items()),
    )


async def tells(ledger: Ledger, bug: int, *grants: Grant, customer: str = "c1", by: str = "U1") -> int:
    """As the form does; the tell's seq."""
    event = Told(customers=(customer,), text="It works.", grants=grants)

    async def also(conn: Any, _bug: Any, entries: Any) -> None:
        await caps.take_told(conn, TEAM, entries, TEN_A_DAY)

    recorded = await ledger.record(bug, lambda _b: event, by=person(by), also=also)
    return recorded.bug.seq


async def booked(ledger: Ledger, bug: int, tell: int) -> int:
    """The seq of what the biller has booked."""
    receipt = Receipt(key="k", grant=FIVE, account="cus_1", external_ids=("x",))
    event = Granted(tell=tell, customer="c1", grant=FIVE, receipt=receipt)
    return (await ledger.record(bug, lambda _b: event, by=SYSTEM)).bug.seq


async def not_booked(ledger: Ledger, bug: int, tell: int, grant: Grant = FIVE) -> None:
    event = NotGranted(tell=tell, customer="c1", grant=grant, why="no such account")
    await ledger.record(bug, lambda _b: event, by=SYSTEM)


async def undone(ledger: Ledger, bug: int, granted: int) -> None:
    await ledger.record(bug, lambda _b: GrantUndone(granted=granted), by=SYSTEM)


async def counted(ledger: Ledger) -> dict[str, int]:
    """What counts now, without the caps of which nothing does."""
    found = await rows(ledger.db, "SELECT cap, amount FROM spent WHERE amount <> 0 ORDER BY cap")
    return {str(cap): int(amount) for cap, amount in found}


async def test_it_goes_back_to_whoever_promised_it_for_the_day_on_which_they_did(
    store: Store, ledger: Ledger, bug: int
) -> None:
    granted = await booked(ledger, bug, await tells(ledger, bug, FIVE, by="U1"))
    store.clock.advance(86400)
    await tells(ledger, bug, FIVE, customer="c2", by="U2")
    await undone(ledger, bug, granted)
    assert await counted(ledger) == {"day:2025-11-25:U2:EUR": 500, "month:2025-11:EUR": 500}


async def test_what_was_surely_not_booked_counts_no_more_and_once(ledger: Ledger, bug: int) -> None:
    await tells(ledger, bug, FIVE, customer="c2")
    tell = await tells(ledger, bug, FIVE)
    await not_booked(ledger, bug, tell)
    await not_booked(ledger, bug, tell)
    assert await counted(ledger) == {"day:2025-11-24:U1:EUR": 500, "month:2025-11:EUR": 500}


async def test_of_several_makegoods_only_the_one_that_failed_comes_back(ledger: Ledger, bug: int) -> None:
    tell = await tells(ledger, bug, FIVE, WEEK, PRO)
    await not_booked(ledger, bug, tell, WEEK)
    assert await counted(ledger) == {
        "day:2025-11-24:U1:EUR": 500,
        "day:2025-11-24:U1:upgrades": 1,
        "month:2025-11:EUR": 500,
        "month:2025-11:upgrades": 1,
    }


async def test_no_cap_falls_below_nothing(ledger: Ledger, bug: int) -> None:
    granted = await booked(ledger, bug, await tells(ledger, bug, FIVE))
    await sql(ledger.db, "UPDATE spent SET amount = 100")
    await undone(ledger, bug, granted)
    assert await rows(ledger.db, "SELECT DISTINCT amount FROM spent") == [(0,)]


async def test_who_is_over_their_cap_has_promised_and_told_nothing(ledger: Ledger, bug: int) -> None:
    before = await rows(ledger.db, "SELECT seq FROM bugs")
    with pytest.raises(OverCap):
        await tells(ledger, bug, Credit(money=Money(amount=1001, currency="EUR")), WEEK)
    assert await counted(ledger) == {}
    assert await rows(ledger.db, "SELECT seq FROM bugs") == before


async def test_where_nobody_is_told_nothing_is_counted(ledger: Ledger) -> None:
    async with ledger.db.write() as conn:
        await caps.take_told(conn, TEAM, (), TEN_A_DAY)
    assert await rows(ledger.db, "SELECT cap FROM spent") == []

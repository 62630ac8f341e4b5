"""A clock that is set back stops nobody: budgets, leases, pauses and turns that lie too far ahead are forgotten."""

import asyncio
from collections.abc import Sequence

import pytest

from bot.bug.errors import Unavailable
from bot.ledger.db.leader import Leader
from bot.ledger.inbox.inbox import OWN_TURN, Inbox, Item
from bot.ledger.inbox.worker import InboxWorker
from bot.ledger.relay import lease as leases
from bot.ledger.relay.pace import Budget, Pace, TooSoon
from tests.parts.ledger.sinks import Scribe, at_rest, follows, paused, relaying, until
from tests.support.stores import TEAM, Store, cursor, open_bug, rows, said

HOUR = 3600.0
POSTS = Budget("post:C1", every=1.0, burst=1)


async def test_a_budget_is_used_again_at_once(store: Store) -> None:
    pace = Pace(store.database(), TEAM, store.clock.seconds)
    await pace.take(POSTS)
    store.clock.advance(-HOUR)
    waits = []
    for _ in range(3):
        try:
            await pace.take(POSTS)
        except TooSoon as soon:
            waits.append(soon.wait)
            store.clock.advance(soon.wait)
    assert sum(waits) <= 3


async def test_a_429_holds_no_longer_than_its_own_time(store: Store) -> None:
    pace = Pace(store.database(), TEAM, store.clock.seconds)
    await pace.blocked("post:C1", 30)
    store.clock.advance(-HOUR)
    if not store.sqlite:
        await pace.take(POSTS)  # a row of another time is forgotten
        return
    with pytest.raises(TooSoon) as soon:
        await pace.take(POSTS)
    assert soon.value.wait == pytest.approx(30)


async def test_a_pause_is_over_soon(store: Store) -> None:
    scribe = Scribe(answers=[Unavailable("away", 200.0)])
    ledger = follows(store, scribe)
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    async with relaying(ledger, scribe) as relay:
        await until(paused(ledger, bug))
        store.clock.advance(-HOUR)
        relay.wake()

        async def asked_soon() -> bool:
            return float((await cursor(ledger, bug, "scribe"))["due"]) < store.clock.seconds() + 60

        await until(asked_soon)
        store.clock.advance(61)
        relay.wake()
        await until(at_rest(ledger, bug, "scribe"))


async def test_a_lease_of_another_time_is_taken_over_with_doubt(store: Store) -> None:
    ledger = follows(store, Scribe())
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    store.clock.advance(HOUR)
    (first,) = (await leases.take(ledger, {"scribe": 4}, {}, 12)).leases
    store.clock.advance(-HOUR + 1)
    assert (await leases.take(ledger, {"scribe": 4}, {}, 12)).leases == ()
    store.clock.advance(7)
    (second,) = (await leases.take(ledger, {"scribe": 4}, {}, 12)).leases
    assert (second.fence, second.doubt) == (first.fence + 2, True)


async def test_what_arrived_before_is_taken_up_in_its_turn(store: Store) -> None:
    clock, took = store.clock, asyncio.Event()
    inbox = Inbox(store.database(), TEAM, clock.seconds)
    await inbox.store(Item(key="a", source="hook", body=""))

    async def handle(_items: Sequence[Item]) -> None:
        took.set()

    inflow = InboxWorker(inbox, {"hook": handle})
    inflow.start()
    clock.advance(-90)
    async with asyncio.timeout(10):
        while (await rows(inbox.db, "SELECT due FROM inbox"))[0][0] > clock.seconds() + OWN_TURN:
            await asyncio.sleep(0.05)
    assert not took.is_set()
    clock.advance(OWN_TURN)
    async with asyncio.timeout(10):
        await took.wait()
    await inflow.stop()


async def test_a_turn_of_another_time_is_free(store: Store) -> None:
    db, clock = store.database(), store.clock
    one, two = (Leader(db=db, team=TEAM, clock=clock.seconds, me=name) for name in ("one", "two"))
    assert await one.leads("mailbox", 60)
    clock.advance(-30)
    assert not await two.leads("mailbox", 60)
    clock.advance(30 - HOUR)
    assert await two.leads("mailbox", 60)


async def test_who_books_ahead_comes_before_whoever_does_not(store: Store) -> None:
    """The card of somebody who waits, while lines of threads take whatever is free."""
    pace = Pace(store.database(), TEAM, store.clock.seconds)
    ahead = Budget("post:C1", every=0.1, burst=1, ahead=8)
    await pace.take(ahead)
    await pace.take(ahead)
    with pytest.raises(TooSoon):
        await pace.take(Budget("post:C1", every=0.1, burst=1))
    with pytest.raises(TooSoon):
        await pace.take(Budget("post:C1", every=0.1, burst=1, ahead=0.1))

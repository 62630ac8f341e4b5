"""Budgets are shared by whoever uses them; nobody is made to wait here, they are told when."""

import asyncio

import pytest

from bot.ledger.relay.pace import Budget, Pace, TooSoon
from tests.support.stores import TEAM, Store

POSTS = Budget("post:C1", every=1.0, burst=4)
ALL = Budget("chat.postMessage", every=0.05, burst=20)


@pytest.fixture
def pace(store: Store) -> Pace:
    return Pace(store.database(), TEAM, store.clock.seconds)


async def used(pace: Pace, *budgets: Budget) -> float:
    """0 where it may be used, else the seconds to wait."""
    try:
        await pace.take(*budgets)
    except TooSoon as soon:
        return soon.wait
    return 0.0


async def test_a_burst_is_let_through_and_then_one_a_second(store: Store, pace: Pace) -> None:
    assert [await used(pace, POSTS) for _ in range(6)] == [0, 0, 0, 0, pytest.approx(1), pytest.approx(1)]
    store.clock.advance(1)
    assert [await used(pace, POSTS) for _ in range(2)] == [0, pytest.approx(1)]
    store.clock.advance(100)
    assert [await used(pace, POSTS) for _ in range(5)] == [0, 0, 0, 0, pytest.approx(1)], (
        "what was not used is not saved up"
    )


async def test_two_processes_share_a_budget_from_its_first_use(store: Store) -> None:
    paces = [Pace(store.database(), TEAM, store.clock.seconds) for _ in range(2)]
    waits = await asyncio.gather(*(used(paces[i % 2], POSTS) for i in range(40)))
    assert sum(wait == 0 for wait in waits) == 4


async def test_of_two_budgets_none_is_used_when_one_is_spent(store: Store, pace: Pace) -> None:
    small = Budget("a small one", every=10, burst=1)
    assert await used(pace, small) == 0
    assert [await used(pace, POSTS, small) for _ in range(9)] == [pytest.approx(10)] * 9
    assert [await used(pace, POSTS) for _ in range(4)] == [0, 0, 0, 0]


async def test_budgets_named_in_any_order_do_not_block_each_other(store: Store) -> None:
    paces = [Pace(store.database(), TEAM, store.clock.seconds) for _ in range(2)]
    turns = [(paces[i % 2], (POSTS, ALL) if i % 2 else (ALL, POSTS)) for i in range(60)]
    waits = await asyncio.gather(*(used(pace, *budgets) for pace, budgets in turns))
    assert sum(wait == 0 for wait in waits) == 4


async def test_a_429_is_for_everybody_until_it_is_over(store: Store, pace: Pace) -> None:
    other = Pace(store.database(), TEAM, store.clock.seconds)
    await pace.blocked("chat.postMessage", 30)
    assert await used(other, POSTS, ALL) == pytest.approx(30)
    await other.blocked("chat.postMessage", 5)
    assert await used(pace, ALL) == pytest.approx(30), "a shorter one does not shorten it"
    store.clock.advance(31)
    assert await used(other, POSTS, ALL) == 0


async def test_it_is_said_what_is_scarce_and_for_how_long(pace: Pace) -> None:
    await pace.blocked("chat.update", 12)
    with pytest.raises(TooSoon, match=r"chat\.update: not before 12\.0 s from now"):
        await pace.take(Budget("chat.update", 1, 1))

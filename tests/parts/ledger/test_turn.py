"""A job that only one process may do: its holder keeps it, another takes it once it is old."""

from bot.ledger.db import leader
from tests.support.stores import TEAM, Store


async def test_a_turn_is_one_process_until_it_is_old(store: Store) -> None:
    db = store.database()

    async def mine(holder: str, now: float) -> bool:
        return await leader.mine(db, TEAM, "mailbox", holder, now, 30)

    assert [await mine("a", 0), await mine("b", 1), await mine("a", 20), await mine("b", 45)] == [
        True,
        False,
        True,
        False,
    ]
    assert [await mine("b", 51), await mine("a", 52)] == [True, False]


async def test_a_process_that_stops_leaves_its_turn_to_the_next(store: Store) -> None:
    db = store.database()
    assert await leader.mine(db, TEAM, "mailbox", "a", 0, 30)
    await leader.over(db, TEAM, "mailbox", "b")
    assert not await leader.mine(db, TEAM, "mailbox", "b", 1, 30)
    await leader.over(db, TEAM, "mailbox", "a")
    assert await leader.mine(db, TEAM, "mailbox", "b", 2, 30)

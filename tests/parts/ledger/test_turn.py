"""A job that only one process may do: its leader keeps it, another takes it once it is old."""

from bot.ledger.db.leader import Leader
from tests.support.stores import TEAM, Store


def candidates(store: Store, now: list[float]) -> tuple[Leader, Leader]:
    a, b = (Leader(db=store.database(), team=TEAM, clock=lambda: now[0], me=me) for me in ("a", "b"))
    return a, b


async def test_a_job_is_one_process_until_its_leader_is_silent_for_too_long(store: Store) -> None:
    now = [0.0]
    a, b = candidates(store, now)
    seen = []
    for at, who in ((0, a), (1, b), (20, a), (45, b), (51, b), (52, a)):
        now[0] = at
        seen.append(await who.leads("mailbox", 30))
    assert seen == [True, False, True, False, True, False]


async def test_a_process_that_stops_leaves_its_job_to_the_next(store: Store) -> None:
    a, b = candidates(store, [0.0])
    assert await a.leads("mailbox", 30)
    await b.resign("mailbox")
    assert not await b.leads("mailbox", 30)
    await a.resign("mailbox")
    assert await b.leads("mailbox", 30)

"""A job that only one process may do: its leader keeps it, another takes it once it is old."""

import pytest
from sqlalchemy import text

from bot.ledger.db.leader import Leader, Turn
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


@pytest.mark.parametrize("where", ["postgresql"], indirect=True)
async def test_what_one_does_every_second_is_asked_for_now_and_then_and_goes_on_elsewhere(store: Store) -> None:
    now = [100.0]
    a, b = (Turn(leader=who, job="every second") for who in candidates(store, now))
    seen = []
    for second in range(100, 112):
        now[0] = second
        seen.append((second < 105 and await a.mine(), await b.mine()))  # then nothing is heard of it any more
    assert [one for one, _ in seen][:5] == [True] * 5
    assert next(second for second, (_, other) in enumerate(seen, 100) if other) in (107, 108)
    await b.resign()
    assert await a.mine()
    now[0] = 50.0  # the clock is set back
    assert await a.mine()


@pytest.mark.parametrize("where", ["sqlite"], indirect=True)
async def test_a_file_belongs_to_one_process_which_asks_nobody(store: Store) -> None:
    turn = Turn(leader=candidates(store, [0.0])[0], job="every second")
    assert await turn.mine()
    await turn.resign()
    async with turn.leader.db.read() as conn:
        assert (await conn.execute(text("SELECT count(*) FROM flags"))).scalar_one() == 0

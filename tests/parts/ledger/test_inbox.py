"""What arrives is durable before it is answered, and each key is worked on once."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from bot.bug.errors import Unavailable
from bot.ledger.inbox.inbox import MAX_ATTEMPTS, OWN_TURN, Inbox, Item
from tests.support.stores import TEAM, Store, rows, sql

HOOK = "hook"


def item(key: str, body: str = "{}") -> Item:
    return Item(key=key, source=HOOK, body=body)


@pytest.fixture
def inbox(store: Store) -> Inbox:
    return Inbox(store.database(), TEAM, store.clock.seconds)


async def states(inbox: Inbox) -> dict[str, str]:
    return {str(key): str(state) for key, state in await rows(inbox.db, "SELECT key, state FROM inbox")}


async def test_what_is_stored_is_there_for_another_process_at_once(store: Store, inbox: Inbox) -> None:
    assert await inbox.store(item("k1", '{"a":1}'))
    assert await rows(store.database(), "SELECT key, body, state FROM inbox") == [("k1", '{"a":1}', "new")]


async def test_a_key_is_new_once_even_in_one_breath(inbox: Inbox) -> None:
    answers = await asyncio.gather(*(inbox.store(item("k1")) for _ in range(20)))
    assert sorted(answers) == [False] * 19 + [True]
    assert not await inbox.store(item("k1"))


async def test_many_that_arrive_at_once_share_few_commits(inbox: Inbox) -> None:
    commits: list[object] = []
    event.listen(inbox.db.engine.sync_engine, "commit", commits.append)
    await asyncio.gather(*(inbox.store(item(f"k{i}")) for i in range(300)))
    assert len(await states(inbox)) == 300
    assert len(commits) <= 3


async def test_what_another_process_works_on_is_due_there_at_once(store: Store) -> None:
    inbox = Inbox(store.database(), TEAM, store.clock.seconds, {HOOK})
    await inbox.store(item("k1"))
    inbox.hand_on(item("k1"))
    assert inbox.fresh.empty()
    assert [one.key for one in await inbox.take([HOOK])] == ["k1"]


async def test_a_text_that_can_not_be_stored_fails_alone(inbox: Inbox) -> None:
    answers = await asyncio.gather(
        inbox.store(item("good")), inbox.store(item("bad", "\ud800")), inbox.store(item("too")), return_exceptions=True
    )
    assert [answers[0], answers[2]] == [True, True]
    assert isinstance(answers[1], Exception)


async def test_who_waits_is_told_when_nothing_can_be_stored(inbox: Inbox) -> None:
    await sql(inbox.db, "ALTER TABLE inbox RENAME TO gone")
    answers = await asyncio.gather(*(inbox.store(item(f"k{i}")) for i in range(3)), return_exceptions=True)
    assert all(isinstance(answer, DBAPIError) for answer in answers)
    await sql(inbox.db, "ALTER TABLE gone RENAME TO inbox")
    assert await inbox.store(item("k0"))


@pytest.mark.parametrize("where", ["postgresql", "psycopg"], indirect=True)
async def test_a_database_that_can_not_be_reached_is_said_to_be_unavailable(store: Store) -> None:
    inbox = Inbox(Store(store.url.replace("story_", "no_such_")).database(), TEAM, store.clock.seconds)
    with pytest.raises(Unavailable, match="The database can't be reached"):
        await inbox.store(item("k1"))
    assert not await inbox.db.alive()
    await inbox.db.close()


async def test_a_refusal_uses_its_key_up_too(inbox: Inbox) -> None:
    await inbox.store(item("click"))
    await inbox.finish("click", "refused", "U1 already has BUG-1")
    assert not await inbox.store(item("click"))
    assert await inbox.take([HOOK]) == []
    assert await rows(inbox.db, "SELECT state, note, body FROM inbox") == [("refused", "U1 already has BUG-1", "")]


async def test_what_a_dead_process_left_is_taken_over_after_its_turn(store: Store, inbox: Inbox) -> None:
    await inbox.store(item("k1", "said"))
    other = Inbox(store.database(), TEAM, store.clock.seconds)
    assert not await other.waiting([HOOK])
    assert await other.take([HOOK]) == []
    store.clock.advance(OWN_TURN + 1)
    assert await other.waiting([HOOK])
    assert [(x.key, x.body) for x in await other.take([HOOK])] == [("k1", "said")]
    assert await other.take([HOOK]) == [], "it is the other's turn now"


async def test_the_only_process_does_not_wait_for_itself(inbox: Inbox) -> None:
    await inbox.store(item("k1"))
    await inbox.abandoned()
    assert [x.key for x in await inbox.take([HOOK])] == ["k1"]


async def test_only_what_somebody_here_can_read_is_taken(store: Store, inbox: Inbox) -> None:
    await inbox.store(item("k1"))
    store.clock.advance(OWN_TURN + 1)
    assert await inbox.take(["another"]) == []
    assert not await inbox.waiting(["another"])


async def test_a_failure_is_tried_again_ever_later_and_then_dead(store: Store, inbox: Inbox) -> None:
    await inbox.store(item("poison"))
    pauses = []
    one = item("poison")
    for attempt in range(MAX_ATTEMPTS):
        await inbox.failed(replace(one, attempts=attempt), "boom\x00")
        due = await rows(inbox.db, "SELECT due FROM inbox")
        pauses.append(float(str(due[0][0])) - store.clock.seconds())
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128]
    assert await states(inbox) == {"poison": "dead"}
    store.clock.advance(1000)
    assert await inbox.take([HOOK]) == []


async def test_an_outage_is_not_held_against_an_item(store: Store, inbox: Inbox) -> None:
    await inbox.store(item("k1"))
    for _ in range(MAX_ATTEMPTS * 3):
        await inbox.later(item("k1"), "Slack is away", 10)
    assert await states(inbox) == {"k1": "new"}
    store.clock.advance(11)
    assert [x.attempts for x in await inbox.take([HOOK])] == [0]


async def test_being_done_with_nothing_is_nothing(inbox: Inbox) -> None:
    await inbox.store(item("k1"))
    async with inbox.db.write() as conn:
        await inbox.finish_in(conn, [])
    assert await states(inbox) == {"k1": "new"}


@pytest.mark.parametrize("where", ["sqlite"], indirect=True)
async def test_who_waits_is_told_when_the_writing_is_broken_off(inbox: Inbox) -> None:
    async with inbox.db.write():
        storing = asyncio.create_task(inbox.store(item("k1")))
        await asyncio.sleep(0.05)
        assert inbox._hooks._flusher
        inbox._hooks._flusher.cancel()
        with pytest.raises(asyncio.CancelledError):
            await storing
    assert await inbox.store(item("k1")), "nothing was stored"


@pytest.mark.parametrize("where", ["sqlite"], indirect=True)
async def test_a_press_does_not_stand_behind_a_storm_of_deliveries(inbox: Inbox) -> None:
    order: list[str] = []

    async def stored(key: str, *, pressed: bool = False) -> None:
        assert await inbox.store(item(key), pressed=pressed)
        order.append(key)

    async with asyncio.TaskGroup() as all_, inbox.db.write():
        for nth in range(3):
            all_.create_task(stored(f"hook{nth}"))
        await asyncio.sleep(0.05)
        all_.create_task(stored("press", pressed=True))
        await asyncio.sleep(0.05)
    assert order == ["press", "hook0", "hook1", "hook2"]


async def test_who_gives_up_waiting_leaves_it_stored(inbox: Inbox) -> None:
    giving_up = asyncio.create_task(inbox.store(item("k1")))
    await asyncio.sleep(0)
    giving_up.cancel()
    assert not await inbox.store(item("k1"))
    assert await states(inbox) == {"k1": "new"}


async def test_what_was_finished_meanwhile_does_not_come_back(inbox: Inbox) -> None:
    await inbox.store(item("k1"))
    await inbox.finish("k1")
    await inbox.failed(item("k1"), "too late")
    assert await states(inbox) == {"k1": "done"}


async def test_old_keys_are_forgotten_and_what_waits_is_kept(store: Store, inbox: Inbox) -> None:
    for key in ("done", "refused", "dead", "new"):
        await inbox.store(item(key))
    await inbox.finish("done")
    await inbox.finish("refused", "refused")
    await inbox.failed(replace(item("dead"), attempts=MAX_ATTEMPTS), "boom")
    store.clock.advance(3600)
    await inbox.store(item("young"))
    await inbox.finish("young")
    await inbox.tidy(1800)
    assert await states(inbox) == {"dead": "dead", "new": "new", "young": "done"}

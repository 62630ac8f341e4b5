"""The inbox is worked off in batches; what fails is tried again alone, and nothing waits behind it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from bot.bug.errors import Newer, Unavailable
from bot.bug.values import Actor
from bot.ledger.inbox.inbox import OWN_TURN, Inbox, Item
from bot.ledger.inbox.worker import LEFT, ROLLED, InboxWorker
from bot.ledger.relay.pace import TooSoon
from tests.support.stores import TEAM, Store, rows, sql

HOOK = "hook"
Handler = Callable[[Sequence[Item]], Awaitable[object]]


def item(key: str) -> Item:
    return Item(key=key, source=HOOK, body=key)


@pytest.fixture
def inbox(store: Store) -> Inbox:
    return Inbox(store.database(), TEAM, store.clock.seconds)


@asynccontextmanager
async def working(inbox: Inbox, handler: Handler) -> AsyncIterator[InboxWorker]:
    inflow = InboxWorker(inbox, {HOOK: handler})
    inflow.start()
    try:
        yield inflow
    finally:
        await inflow.stop()


class Worker:
    """Finishes what it can; what is named in `broken` it can't."""

    def __init__(self, inbox: Inbox, **broken: Exception) -> None:
        self.inbox, self.broken = inbox, broken
        self.batches: list[list[str]] = []

    async def __call__(self, items: Sequence[Item]) -> None:
        self.batches.append([item.key for item in items])
        for one in items:
            if one.key in self.broken:
                raise self.broken[one.key]
            await self.inbox.finish(one.key)


async def state(inbox: Inbox, key: str) -> tuple[object, ...]:
    found = await rows(inbox.db, f"SELECT state, attempts, note FROM inbox WHERE key = '{key}'")
    return found[0]


async def until(inbox: Inbox, key: str, *wanted: object) -> None:
    async with asyncio.timeout(10):
        while (await state(inbox, key))[: len(wanted)] != wanted:
            await asyncio.sleep(0.01)


async def test_what_is_submitted_is_worked_off_once(inbox: Inbox) -> None:
    worker = Worker(inbox)
    async with working(inbox, worker) as inflow:
        assert await inflow.submit(item("a"))
        await until(inbox, "a", "done")
        assert not await inflow.submit(item("a"))
        await inflow.submit(item("b"))
        await until(inbox, "b", "done")
    assert worker.batches == [["a"], ["b"]]


async def test_what_waits_together_is_handled_together(inbox: Inbox) -> None:
    worker = Worker(inbox)
    inflow = InboxWorker(inbox, {HOOK: worker})
    for key in "abc":
        await inflow.submit(item(key))
    inflow.start()
    await until(inbox, "c", "done")
    await inflow.stop()
    assert worker.batches == [["a", "b", "c"]]


async def test_a_poisoned_item_fails_alone_and_the_others_of_its_batch_go_on(inbox: Inbox) -> None:
    worker = Worker(inbox, b=ValueError("no sense"))
    inflow = InboxWorker(inbox, {HOOK: worker})
    for key in "abc":
        await inflow.submit(item(key))
    inflow.start()
    await until(inbox, "b", "new", 1, "no sense")
    await until(inbox, "c", "done")
    await inflow.stop()
    assert worker.batches == [["a", "b", "c"], ["b"], ["c"]], "what was done is not done again"


SPOILT = DBAPIError("SELECT 1", None, RuntimeError("invalid page in block 0 of relation base/1/2"))


@pytest.mark.parametrize(
    "away", [Unavailable("Slack is away"), TooSoon("post", 3.0), SPOILT], ids=["outage", "pace", "a damaged page"]
)
async def test_an_outage_is_waited_out_for_as_long_as_it_takes(inbox: Inbox, away: Exception) -> None:
    async with working(inbox, Worker(inbox, a=away)) as inflow:
        await inflow.submit(item("a"))
        await until(inbox, "a", "new", 0, str(away))


async def test_what_a_newer_version_stored_is_left_to_it_for_an_hour(inbox: Inbox, store: Store) -> None:
    worker = Worker(inbox, a=_unread())
    await inbox.store(item("a"))
    store.clock.advance(OWN_TURN + 1)
    async with working(inbox, worker):
        await until_noted(inbox)
    assert (await state(inbox, "a"))[:2] == ("new", 0)
    store.clock.advance(ROLLED)
    async with working(inbox, worker):
        await until(inbox, "a", "new", 1)


async def until_noted(inbox: Inbox) -> None:
    """That it is left."""
    async with asyncio.timeout(10):
        while not (await state(inbox, "a"))[2]:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("unread", [Newer("BUG-1 holds more."), None], ids=["an entry", "a body"])
async def test_what_is_left_to_a_newer_version_is_not_taken_from_it_again(
    inbox: Inbox, store: Store, unread: Exception | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.ledger.inbox.worker.SWEEP", 0.01)
    older, newer = Worker(inbox, a=unread or _unread()), Worker(inbox)
    await inbox.store(item("a"))
    store.clock.advance(OWN_TURN + 1)
    async with working(inbox, older):
        await until_noted(inbox)
        await asyncio.sleep(0.2)  # twenty looks
        assert older.batches == [["a"]]
        async with working(inbox, newer):
            await until(inbox, "a", "done")
    assert (older.batches, newer.batches) == ([["a"]], [["a"]])


async def test_where_no_newer_version_comes_it_is_tried_again(
    inbox: Inbox, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.ledger.inbox.worker.SWEEP", 0.01)
    alone = Worker(inbox, a=Newer("BUG-1 holds more."))
    await inbox.store(item("a"))
    store.clock.advance(OWN_TURN + 1)
    async with working(inbox, alone):
        await until_noted(inbox)
        alone.broken.clear()
        store.clock.advance(LEFT)
        await until(inbox, "a", "done")


def _unread() -> ValidationError:
    """What a body meets that has a field more than this version knows."""
    try:
        Actor.model_validate_json('{"kind":"person","id":"U0DEV","pronoun":"she"}')
    except ValidationError as error:
        return error
    raise AssertionError


async def test_a_database_that_fails_for_a_moment_ends_neither_the_sweep_nor_the_work(
    store: Store, inbox: Inbox
) -> None:
    class Breaks(Worker):
        async def __call__(self, items: Sequence[Item]) -> None:
            if not self.batches:
                self.batches.append([items[0].key])
                await sql(inbox.db, "ALTER TABLE inbox RENAME TO gone")
                raise ValueError("and this can't even be noted")
            await super().__call__(items)

    worker = Breaks(inbox)
    await inbox.store(item("left"))
    await sql(inbox.db, "ALTER TABLE inbox RENAME TO gone")
    async with working(inbox, worker) as inflow:
        await asyncio.sleep(0.1)  # the first sweep can't read
        await sql(inbox.db, "ALTER TABLE gone RENAME TO inbox")
        await inflow.submit(item("a"))
        async with asyncio.timeout(10):
            while not worker.batches:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        await sql(inbox.db, "ALTER TABLE gone RENAME TO inbox")
        store.clock.advance(OWN_TURN + 1)
        await until(inbox, "left", "done")
        await until(inbox, "a", "done")
    assert worker.batches[0] == ["a"], "the sweep that could not read found nothing"


async def test_what_a_dead_process_left_is_found_by_the_sweep(store: Store, inbox: Inbox) -> None:
    await inbox.store(item("left"))
    store.clock.advance(OWN_TURN + 1)
    worker = Worker(inbox)
    async with working(inbox, worker):
        await until(inbox, "left", "done")
    assert worker.batches == [["left"]]


async def test_what_was_not_worked_off_at_the_end_waits_for_the_next_start(store: Store, inbox: Inbox) -> None:
    async def hang(_items: Sequence[Item]) -> None:
        await asyncio.Event().wait()

    async with working(inbox, hang) as inflow:
        await inflow.submit(item("a"))
        await asyncio.sleep(0.05)
    assert await state(inbox, "a") == ("new", 0, "")
    await inbox.abandoned()
    async with working(inbox, Worker(inbox)):
        await until(inbox, "a", "done")


async def test_what_a_process_stores_for_itself_is_worked_on_at_once_and_by_another_if_it_is_killed(
    inbox: Inbox, store: Store
) -> None:
    async with inbox.db.write() as conn:
        assert await inbox.store_in(conn, item("mine"))
        assert await inbox.store_in(conn, item("left"))
        assert not await inbox.store_in(conn, item("mine"))
    async with working(inbox, Worker(inbox)):
        inbox.hand_on(item("mine"))
        await until(inbox, "mine", "done")
        assert (await state(inbox, "left"))[0] == "new"
        store.clock.advance(OWN_TURN + 1)
        await until(inbox, "left", "done")


async def test_an_item_is_known_to_have_come_since_a_time(inbox: Inbox, store: Store) -> None:
    await inbox.store(item("a"))
    now = store.clock.seconds()
    assert await inbox.stored_since("a", now)
    assert not await inbox.stored_since("a", now + 1)

"""A lease that ran out is taken over with doubt; whoever had it moves nothing any more."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from bot.bug.clocks.reminders import Reminded
from bot.bug.debt.board import BoardCardMade
from bot.bug.errors import Rejected, Unavailable
from bot.ledger.relay import lease as leases
from bot.ledger.relay.relay import Relay
from bot.ledger.relay.sink import Served, Work
from bot.web.metrics import Counters
from tests.parts.ledger.sinks import SAID, Blocked, Scribe, at_rest, follows, relaying, until
from tests.support.stores import Store, cursor, kinds, open_bug, said, sql

FREE = {"scribe": 4}
SEVERAL = pytest.mark.parametrize("where", ["postgresql"], indirect=True)


async def test_a_cursor_is_leased_to_one(store: Store) -> None:
    ledger, other = follows(store, Scribe()), follows(store, Scribe())
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    first = (await leases.take(ledger, FREE, {}, 12)).leases
    assert [(lease.bug, lease.doubt) for lease in first] == [(bug, False)]
    assert (await leases.take(other, FREE, {}, 12)).leases == ()


async def test_an_expired_lease_is_taken_over_with_doubt_and_the_first_holder_moves_nothing(store: Store) -> None:
    ledger, other = follows(store, Scribe()), follows(store, Scribe())
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    (first,) = (await leases.take(ledger, FREE, {}, 12)).leases
    store.clock.advance(13)
    assert (await leases.take(other, FREE, {}, 12)).leases == (), "whoever had it may not know yet"
    store.clock.advance(7)
    (second,) = (await leases.take(other, FREE, {}, 12)).leases
    assert (second.doubt, second.fence) == (True, first.fence + 2)
    assert not await leases.renew(ledger, first, 12)
    assert await leases.renew_all(ledger, [first, second], 12) == {(bug, "scribe")}
    async with ledger.db.write() as conn:
        assert not await leases.held(conn, ledger, first)
        await leases.move(conn, ledger, first, 2, {"ts": "1.1"}, None, 12)
        await leases.give_up(conn, ledger, first, "no")
    await leases.later(ledger, first, 60, failed=True)
    await leases.rest(ledger, first, done=2)
    found = await cursor(ledger, bug, "scribe")
    assert (found["done"], found["attempts"], found["gave_up"], found["external"]) == (1, 1, None, "{}")
    assert await leases.renew(other, second, 12)


@pytest.mark.parametrize("moves", [True, False])
async def test_who_notices_late_that_a_lease_is_over_has_it_looked_at_once_more(store: Store, *, moves: bool) -> None:
    ledger, other = follows(store, Scribe()), follows(store, Scribe())
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    (first,) = (await leases.take(ledger, FREE, {}, 12)).leases
    store.clock.advance(13)
    await leases.take(other, FREE, {}, 12)
    store.clock.advance(7)
    (second,) = (await leases.take(other, FREE, {}, 12)).leases
    await leases.lost(ledger, first, 6)
    if moves:
        async with other.db.write() as conn:
            second = await leases.move(conn, other, second, 2, None, None, 12)
    await leases.rest(other, second, done=2)
    store.clock.advance(7)
    assert [lease.doubt for lease in (await leases.take(other, FREE, {}, 12)).leases] == [True]
    await leases.lost(other, second, 6)  # nobody took it over: it is still theirs


async def test_a_cut_off_after_all_was_done_casts_no_doubt_on_what_is_written_later(store: Store) -> None:
    """A letter that nobody has begun must not be called perhaps sent, and put before a person."""
    scribe = Scribe()
    ledger = follows(store, scribe)
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    (lease,) = (await leases.take(ledger, FREE, {}, 12)).leases
    async with ledger.db.write() as conn:
        await leases.move(conn, ledger, lease, 2, None, None, 12)
    await leases.abandoned(ledger, 0)  # killed before it gave the lease back
    async with relaying(ledger, scribe):
        await until(at_rest(ledger, bug, "scribe"))
        await said(ledger, bug, "b")
        await until(lambda: scribe.served)
    assert (scribe.read, scribe.doubts) == (["b"], [False])


async def test_no_sink_gets_more_than_it_has_places_for(store: Store) -> None:
    ledger = follows(store, Scribe(name="a"), Scribe(name="b"))
    for title in ("one", "two", "three"):
        await said(ledger, await open_bug(ledger, title), "x")
    taken = [lease.sink for lease in (await leases.take(ledger, {"a": 1, "b": 5}, {}, 12)).leases]
    assert (taken.count("a"), taken.count("b")) == (1, 3)
    assert (await leases.take(ledger, {}, {}, 12)).leases == ()


async def test_what_does_not_end_in_time_is_cut_off_and_looked_at_by_the_next(store: Store) -> None:
    hangs = Blocked(on=frozenset({1}))
    ledger = follows(store, hangs)
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    async with relaying(ledger, hangs):
        await until(lambda: hangs.served)
    store.clock.advance(13)
    await leases.take(ledger, FREE, {}, 12)
    store.clock.advance(7)
    assert [lease.doubt for lease in (await leases.take(ledger, FREE, {}, 12)).leases] == [True]


async def test_a_cut_off_is_looked_at_only_when_its_last_call_has_arrived_whatever_is_written_meanwhile(
    store: Store,
) -> None:
    ledger = follows(store, Scribe())
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    await leases.take(ledger, FREE, {}, 12)
    store.clock.advance(13)
    assert (await leases.take(ledger, FREE, {}, 12)).leases == ()
    await said(ledger, bug, "b")
    store.clock.advance(5)
    assert (await leases.take(ledger, FREE, {}, 12)).leases == ()
    store.clock.advance(1)
    assert [lease.doubt for lease in (await leases.take(ledger, FREE, {}, 12)).leases] == [True]


async def test_what_is_new_while_it_comes_to_rest_keeps_it_due(store: Store) -> None:
    ledger = follows(store, Scribe())
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    (lease,) = (await leases.take(ledger, FREE, {}, 12)).leases
    await said(ledger, bug, "b")
    await leases.rest(ledger, lease, done=2)
    assert [x.done for x in (await leases.take(ledger, FREE, {}, 12)).leases] == [2]


async def test_the_only_process_takes_over_at_once_what_the_one_before_held(store: Store) -> None:
    ledger = follows(store, Scribe())
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    await leases.take(ledger, FREE, {}, 12)
    await leases.abandoned(ledger, 2)
    store.clock.advance(3)
    assert [lease.doubt for lease in (await leases.take(ledger, FREE, {}, 12)).leases] == [True]


async def test_nothing_is_known_of_a_sink_that_never_was(store: Store) -> None:
    assert await leases.external(store.ledger(), 1, "board") == {}


@pytest.mark.parametrize("late", [False, True], ids=["in time", "outcomes of a lost lease"])
async def test_a_fenced_off_worker_writes_no_outcome(store: Store, *, late: bool) -> None:
    slow = Blocked(on=frozenset({1}))
    ledger = follows(store, slow)
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    made = BoardCardMade(id="c1", url="u")

    async def serve(work: Work) -> Served:
        slow.served.append(work)
        await slow.go.wait()
        return Served(outcomes=(made,))

    slow.serve = serve  # type: ignore[method-assign] # the story's own answer
    async with relaying(ledger, slow):
        await until(lambda: slow.served)
        if late:
            await sql(ledger.db, "UPDATE cursors SET fence = fence + 1")
        slow.go.set()
        await asyncio.sleep(0.2)
    assert await kinds(ledger, bug) == ["opened", "said"] + ([] if late else ["board_card_made"])


async def test_what_was_begun_is_finished_before_the_end(store: Store) -> None:
    slow = Blocked(on=frozenset({1}))
    ledger = follows(store, slow)
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    async with relaying(ledger, slow) as relay:
        await until(lambda: slow.served)
        ending = asyncio.create_task(relay.stop(5))
        await asyncio.sleep(0.05)
        slow.go.set()
        await ending
    assert (await cursor(ledger, bug, "scribe"))["done"] == 2


@SEVERAL
async def test_two_processes_serve_each_entry_once(store: Store) -> None:
    one, two = Scribe(), Scribe()
    ledgers = [follows(store, one), follows(store, two)]
    bugs = [await open_bug(ledgers[0], f"error {i}") for i in range(6)]
    async with relaying(ledgers[0], one), relaying(ledgers[1], two):
        await asyncio.gather(*(said(ledgers[i % 2], bug, *"abcdef") for i, bug in enumerate(bugs)))
        for bug in bugs:
            await until(at_rest(ledgers[0], bug, "scribe"), 30)
    served = [(w.bug.ref.number, w.entry.seq) for w in one.served + two.served if w.entry]
    assert sorted(served) == [(bug, seq) for bug in bugs for seq in range(2, 8)]


@SEVERAL
async def test_under_mixed_load_nobody_waits_in_a_ring(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    made = Served(outcomes=(Reminded(what="x"),))
    sinks = [[Scribe(SAID, [made, Unavailable("away", 0.01)] * 40, name=name) for name in "abc"] for _ in range(2)]
    ledgers = [store.ledger({s.name: s.interest for s in mine}, clock=lambda: datetime.now(UTC)) for mine in sinks]
    bugs = [await open_bug(ledgers[0], f"error {i}") for i in range(4)]
    async with relaying(ledgers[0], *sinks[0], seconds=0.6), relaying(ledgers[1], *sinks[1], seconds=0.6):
        await asyncio.gather(*(said(ledgers[i % 2], bugs[i % 4], *"abcdef") for i in range(16)))
    assert [r for r in caplog.records if "deadlock" in (r.exc_text or "") + r.getMessage()] == []


async def test_who_was_fenced_off_gives_nothing_up(store: Store) -> None:
    rejecting = Blocked(on=frozenset({1}))
    ledger = follows(store, rejecting)
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")

    async def serve(work: Work) -> Served:
        rejecting.served.append(work)
        await sql(ledger.db, "UPDATE cursors SET fence = fence + 1")
        raise Rejected("no such channel")

    rejecting.serve = serve  # type: ignore[method-assign] # the story's own answer
    async with relaying(ledger, rejecting):
        await until(lambda: rejecting.served)
    assert await kinds(ledger, bug) == ["opened", "said"]
    assert (await cursor(ledger, bug, "scribe"))["gave_up"] is None


@pytest.mark.parametrize(("seen", "due"), [(None, 60), (2, 60), (1, 0)], ids=["not said", "saw it all", "went on"])
async def test_who_waits_for_more_of_the_trail_is_due_at_once_where_it_is_there_already(
    store: Store, seen: int | None, due: float
) -> None:
    ledger = follows(store, Scribe())
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    (lease,) = (await leases.take(ledger, FREE, {}, 12)).leases
    await leases.later(ledger, lease, 60, seen=seen)
    found = await cursor(ledger, bug, "scribe")
    assert (found["due"] - store.clock.seconds(), found["lease"], found["attempts"]) == (due, 0, 0)


@SEVERAL
async def test_a_lease_whose_row_is_written_just_now_is_waited_for_alone(store: Store) -> None:
    ledger = follows(store, Scribe())
    one, two = await open_bug(ledger, "one"), await open_bug(ledger, "two")
    for bug in (one, two):
        await said(ledger, bug, "a")
    mine = (await leases.take(ledger, {"scribe": 2}, {}, 12)).leases
    async with ledger.db.write() as conn:
        await conn.execute(text(f"UPDATE cursors SET rank = rank WHERE bug = {one}"))
        async with asyncio.timeout(5):
            assert await leases.renew_all(ledger, mine, 12) == {(two, "scribe")}
    assert await leases.renew_all(ledger, mine, 12) == {(one, "scribe"), (two, "scribe")}


async def test_who_takes_over_a_lease_is_counted(store: Store) -> None:
    ledger, counters = follows(store, Scribe()), Counters()
    relay = Relay(ledger, {"scribe": Scribe()}, taken_over=counters.taken_over)
    await said(ledger, await open_bug(ledger), "a")
    await leases.take(ledger, FREE, {}, 12)
    store.clock.advance(13)
    assert not await relay._begin()
    assert counters.registry.get_sample_value("makegood_leases_taken_over_total", {"sink": "scribe"}) == 1

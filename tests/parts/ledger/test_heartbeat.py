"""A lease that is held is renewed until its work ends, and whoever lost one is stopped."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.errors import Unavailable
from bot.ledger.db.engine import SINKS
from bot.ledger.ledger import Ledger
from bot.ledger.relay import lease as leases
from bot.ledger.relay.heartbeat import Heartbeat
from bot.ledger.relay.leased import Lease
from bot.ledger.relay.sink import Served, Work
from bot.process.tasks import cancelled
from tests.parts.ledger.sinks import SAID, Blocked, Scribe, at_rest, follows, relaying, until
from tests.support.stores import Store, cursor, open_bug, said, sql

FREE = {"scribe": 4}


async def test_what_takes_longer_than_a_lease_keeps_it(store: Store) -> None:
    slow = Blocked(on=frozenset({1}))
    ledger = store.ledger({"scribe": SAID}, clock=lambda: datetime.now(UTC))
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    async with relaying(ledger, slow, seconds=0.6):
        await until(lambda: slow.served)
        first = (await cursor(ledger, bug, "scribe"))["lease"]
        await until(lambda: ledger.clock().timestamp() > first + 0.1)
        slow.go.set()
        await until(at_rest(ledger, bug, "scribe"))
    assert len(slow.served) == 1


async def test_who_lost_the_lease_is_stopped_before_it_does_more(store: Store) -> None:
    slow = Blocked(on=frozenset({1}))
    ledger = follows(store, slow)
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    stopped = asyncio.Event()

    async def serve(work: Work) -> Served:
        slow.served.append(work)
        try:
            await slow.go.wait()
        except asyncio.CancelledError:
            stopped.set()
            raise
        return Served()

    slow.serve = serve  # type: ignore[method-assign] # the story's own answer
    async with relaying(ledger, slow, seconds=0.6):
        await until(lambda: slow.served)
        await sql(ledger.db, "UPDATE cursors SET fence = fence + 1")
        await asyncio.wait_for(stopped.wait(), 5)
    assert (await cursor(ledger, bug, "scribe"))["done"] == 1


async def test_a_run_on_production_is_not_stopped_for_its_lease(store: Store) -> None:
    run = Blocked(name="production", on=frozenset({1}))
    ledger = follows(store, run)
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    async with relaying(ledger, run, seconds=0.3):
        await until(lambda: run.served)
        await sql(ledger.db, "UPDATE cursors SET fence = fence + 1, lease = lease + 1000")
        await asyncio.sleep(0.8)
        run.go.set()
    assert len(run.served) == 1


async def test_a_database_that_is_away_ends_neither_relay_nor_renewals(store: Store) -> None:
    slow = Blocked(on=frozenset({1}))
    ledger = store.ledger({"scribe": SAID}, clock=lambda: datetime.now(UTC))
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    async with relaying(ledger, slow, seconds=0.9) as relay:
        await until(lambda: slow.served)
        await sql(ledger.db, "ALTER TABLE cursors RENAME TO gone")
        relay.wake()
        await asyncio.sleep(0.5)
        await sql(ledger.db, "ALTER TABLE gone RENAME TO cursors")
        await asyncio.sleep(0.3)
        slow.go.set()
        await until(at_rest(ledger, bug, "scribe"))


async def test_what_was_given_back_meanwhile_is_not_renewed(store: Store) -> None:
    ledger = follows(store, Scribe())
    bug = await open_bug(ledger)
    await said(ledger, bug, "a")
    (lease,) = (await leases.take(ledger, FREE, {}, 12)).leases
    beats = Heartbeat(ledger, 12)
    async with beats.hold(lease, asyncio.get_running_loop().time()):
        held = beats._held[bug, "scribe"]
    await beats._renew((bug, "scribe"), held)
    await beats._renew_all()
    assert beats._held == {}


async def test_many_leases_on_a_slow_database_are_all_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each commit takes a tenth of a lease: renewed one after another, the last of them would be lost."""
    ledger = store.ledger({"scribe": SAID}, clock=lambda: datetime.now(UTC))
    for number in range(20):
        await said(ledger, await open_bug(ledger, str(number)), "a")
    taken = asyncio.get_running_loop().time()
    mine = (await leases.take(ledger, {"scribe": 20}, {}, 3)).leases
    write = ledger.db.write

    @asynccontextmanager
    async def slow(rank: int = SINKS) -> AsyncIterator[AsyncConnection]:
        async with write(rank) as conn:
            await asyncio.sleep(0.3)
            yield conn

    monkeypatch.setattr(type(ledger.db), "write", lambda _db, rank=SINKS: slow(rank))
    beats, kept = Heartbeat(ledger, 3), []

    async def work(lease: Lease) -> None:
        async with beats.hold(lease, taken):
            await asyncio.sleep(4)
            kept.append(lease)

    beating = asyncio.create_task(beats.keep())
    await asyncio.gather(*(work(lease) for lease in mine))
    await cancelled(beating)
    assert len(kept) == len(mine) == 20


async def test_who_lost_a_lease_and_can_tell_nobody_goes_on(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ledger = follows(store, Scribe())
    await said(ledger, await open_bug(ledger), "a")
    (lease,) = (await leases.take(ledger, FREE, {}, 12)).leases

    async def away(*_given: object) -> None:
        raise Unavailable("The database is away.")

    monkeypatch.setattr(leases, "lost", away)
    async with Heartbeat(ledger, 12).hold(lease, asyncio.get_running_loop().time() - 13):
        await asyncio.sleep(1)
    assert "Nobody could be told of it: The database is away." in caplog.text


@pytest.mark.parametrize("held", [1, 2, 3])
async def test_leases_are_renewed_beat_after_beat_whatever_one_beat_meets(
    store: Store, held: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ledger = follows(store, Scribe())
    for number in range(held):
        await said(ledger, await open_bug(ledger, f"error {number}"), "a")
    real, beats = leases.renew_all, list[int]()

    async def renew_all(ledger: Ledger, taken: Collection[Lease], seconds: float) -> set[tuple[int, str]]:
        beats.append(len(taken))
        if len(beats) == 2:
            raise TypeError("nobody foresaw this")
        return await real(ledger, taken, seconds)

    monkeypatch.setattr(leases, "renew_all", renew_all)
    heart, began = Heartbeat(ledger, 0.6), asyncio.get_running_loop().time()
    async with AsyncExitStack() as stack:
        for lease in (await leases.take(ledger, FREE, {}, 0.6)).leases:
            await stack.enter_async_context(heart.hold(lease, began))
        beating = asyncio.create_task(heart.keep())
        await until(lambda: len(beats) == 4)
        assert not beating.done()
        await cancelled(beating)
    assert beats == [held] * 4
    (record,) = [r for r in caplog.records if "Leases could not be renewed" in r.message]
    assert record.exc_info


async def test_what_one_lease_meets_costs_no_other_its_lease(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    ledger = follows(store, Scribe())
    for number in range(2):
        await said(ledger, await open_bug(ledger, f"error {number}"), "a")
    first, second = (await leases.take(ledger, FREE, {}, 0.6)).leases
    heart, began = Heartbeat(ledger, 0.6), asyncio.get_running_loop().time()
    async with heart.hold(first, began):
        bad = heart._held[first.bug, first.sink]
        never_entered = asyncio.timeout(1)  # can't be set to another time
        heart._held[first.bug, first.sink] = replace(bad, limit=never_entered)
        async with heart.hold(second, began):
            limit = heart._held[second.bug, second.sink].limit
            await heart._renew_all()
            assert (limit.when() or 0) > began + 0.6
    assert f"The lease of scribe on BUG-{first.bug} could not be renewed" in caplog.text

"""The running hash over all trails: at most two seconds behind, never in the way of who writes."""

import asyncio
import json

import pytest

from bot.bug.workspace import ProductionFrozen
from bot.jobs.jobs import SEAL
from bot.jobs.timers import TICK
from bot.ledger import workspace
from bot.ledger.ledger import Ledger
from bot.ledger.outside_anchor import newest
from bot.ledger.seals import MARGIN, seal
from bot.ledger.verify import verify
from tests.support.stores import Store, open_bug, person, rows, said, sql


async def sealed(ledger: Ledger) -> list[list[list[int]]]:
    return [json.loads(seqs) for (seqs,) in await rows(ledger.db, "SELECT seqs FROM seals ORDER BY number")]


def test_a_look_comes_soon_enough() -> None:
    assert SEAL + TICK < 2


async def test_a_seal_names_what_was_written_since_the_last(store: Store, ledger: Ledger) -> None:
    await seal(ledger)
    assert await newest(ledger) is None
    first, second = await open_bug(ledger, "one"), await open_bug(ledger, "two")
    await seal(ledger)
    store.clock.advance(1)
    await said(ledger, first, "a", "b")
    await seal(ledger)
    await seal(ledger)
    store.clock.advance(MARGIN + 5)
    await seal(ledger)
    await workspace.record(ledger, lambda _now: ProductionFrozen(why="deploy"), by=person("U0LEAD"))
    await seal(ledger)
    store.clock.advance(86400)
    await seal(ledger)
    assert await sealed(ledger) == [[[first, 1], [second, 1]], [[first, 3]], [[0, 1]]]
    assert await verify(ledger) == 2


async def test_a_seal_can_t_be_changed_or_taken_away(ledger: Ledger) -> None:
    await open_bug(ledger)
    await seal(ledger)
    for attack in ("UPDATE seals SET heads = prev", "DELETE FROM seals"):
        with pytest.raises(Exception, match="seals are for ever"):
            await sql(ledger.db, attack)


@pytest.mark.parametrize("where", ["postgresql"], indirect=True)
async def test_of_two_processes_that_seal_at_once_one_does(store: Store) -> None:
    one, two = store.ledger(), store.ledger()
    for n in range(20):
        await open_bug(one, f"error {n}")
        await asyncio.gather(seal(one), seal(two), seal(one))
    assert await sealed(one) == [[[n, 1]] for n in range(1, 21)]
    assert await verify(one) == 20


async def test_after_the_clock_was_set_back_what_is_written_is_sealed_all_the_same(
    store: Store, ledger: Ledger
) -> None:
    bug = await open_bug(ledger)
    await seal(ledger)
    store.clock.advance(-86400)
    await said(ledger, bug, "a")
    await seal(ledger)
    await said(ledger, bug, "b")
    store.clock.advance(2 * 86400)
    await said(ledger, bug, "c")
    await seal(ledger)
    assert [places[-1] for places in await sealed(ledger)] == [[bug, 1], [bug, 2], [bug, 4]]
    assert await verify(ledger) == 1


@pytest.mark.parametrize("where", ["postgresql"], indirect=True)
async def test_what_is_committed_late_is_sealed_then(store: Store) -> None:
    slow, quick = store.ledger(), store.ledger()
    bug, other = await open_bug(quick, "one"), await open_bug(quick, "two")
    await seal(quick)
    store.clock.advance(1)
    async with slow.db.write() as conn:
        await slow.record_in(conn, bug, lambda _b: None, by=person("U0DEV"))
        await conn.exec_driver_sql("UPDATE bugs SET status = status WHERE number = 1")
        store.clock.advance(20)
        await said(quick, other, "meanwhile")
        await seal(quick)
    store.clock.advance(1)
    await said(slow, bug, "late")
    await seal(quick)
    assert (await sealed(quick))[-1] == [[bug, 2]]


async def test_a_storm_of_writers_is_never_called_broken(store: Store, ledger: Ledger) -> None:
    bugs = [await open_bug(ledger, f"error {n}") for n in range(4)]
    writing = asyncio.gather(*(said(ledger, bug, *map(str, range(15))) for bug in bugs))
    while not writing.done():
        store.clock.advance(0.1)
        await seal(ledger)
        assert await verify(ledger) == 4
        await asyncio.sleep(0.005)
    await writing
    await seal(ledger)
    assert await verify(ledger) == 4

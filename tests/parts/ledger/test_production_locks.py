"""A lock on a row of production, by one run at a time."""

from bot.bug.fixes.run import FixEnded
from bot.ledger.index.locks import take_lock
from bot.ledger.ledger import Ledger
from tests.support.stores import TEAM, open_bug, person


async def test_a_lock_on_production_is_held_by_one_run_and_freed_by_its_outcome_alone(ledger: Ledger) -> None:
    bug = await open_bug(ledger)

    async def taken(run: int) -> bool:
        async with ledger.db.write() as conn:
            return await take_lock(conn, TEAM, "shop", "menus/13", bug=bug, run=run, now=0)

    async def ended(state: str) -> None:
        event = FixEnded.model_validate({"run": 1, "state": state, "summary": "s"})
        await ledger.record(bug, lambda _b: event, by=person("U1"))

    assert [await taken(1), await taken(1), await taken(2)] == [True, True, False]
    await ended("unknown")
    assert not await taken(2)
    await ended("succeeded")
    assert await taken(2)

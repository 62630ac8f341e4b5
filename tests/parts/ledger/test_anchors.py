"""A day's anchor, and the check of trails beside those who write."""

import asyncio

import pytest

from bot.ledger.anchors import anchor
from bot.ledger.ledger import Ledger
from bot.ledger.verify import verify
from tests.support.stores import Store, open_bug, rows, said


async def test_a_day_is_anchored_once_and_names_only_what_went_on(store: Store, ledger: Ledger) -> None:
    first, second = await open_bug(ledger, "one"), await open_bug(ledger, "two")
    await asyncio.gather(anchor(ledger), anchor(ledger))
    await said(ledger, first, "a")
    await anchor(ledger)
    store.clock.advance(86400)
    await anchor(ledger)
    found = await rows(ledger.db, "SELECT day, bugs, seqs FROM anchors ORDER BY day")
    assert found == [
        ("2025-11-24", 2, f"[[{first},1],[{second},1]]"),
        ("2025-11-25", 2, f"[[{first},2]]"),
    ]
    assert await verify(ledger) == 2


@pytest.mark.parametrize(("where", "lines"), [("sqlite", 20), ("postgresql", 60)], indirect=["where"])
async def test_a_trail_that_is_being_written_is_not_called_broken(ledger: Ledger, lines: int) -> None:
    """So many that a look which is no snapshot is found out."""
    bug = await open_bug(ledger)
    writing = asyncio.create_task(said(ledger, bug, *(str(i) for i in range(lines))))
    while not writing.done():
        assert await verify(ledger) == 1
        await asyncio.sleep(0)
    await writing


async def test_an_empty_database_is_whole(ledger: Ledger) -> None:
    assert await verify(ledger) == 0

"""The quarter of the demo: written by the ledger, so that everything that reads a trail finds it whole."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.bug.bug import Status
from bot.bug.retro import span
from bot.demo import history
from bot.ledger import home, summaries
from bot.ledger.db.engine import Database
from bot.ledger.entries import list_bugs
from bot.ledger.ledger import Ledger
from bot.ledger.verify import verify

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
TEAM, PEOPLE, BUGS = "T0LOCAL", ("U0DEV", "U0SUP", "U0LEAD"), 50


async def test_it_is_a_whole_trail_that_fills_home_weeks_and_months(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'makegood.db'}"
    await history.write(url, TEAM, PEOPLE, NOW, BUGS)
    db = Database(url)
    ledger = Ledger(db, TEAM, {}, lambda: NOW)
    try:
        assert await verify(ledger)
        every = await list_bugs(ledger, set(Status))
        assert len(every) == BUGS
        assert {Status.OPEN, Status.OWED, Status.CLOSED} <= {bug.status for bug in every}
        assert all(bug.opened_at and NOW - timedelta(days=history.DAYS + 1) < bug.opened_at < NOW for bug in every)
        lists = await home.read(ledger, "U0DEV", home.FIRST, NOW)
        assert lists.open.all == history.STILL_OPEN
        assert lists.owed
        month = await summaries.read(ledger, span.month("2026-10"))
        assert month.bugs > 5
        assert month.told
        assert month.given
    finally:
        await db.close()


async def test_a_founder_alone_has_one_too(tmp_path: Path) -> None:
    await history.write(f"sqlite+aiosqlite:///{tmp_path / 'makegood.db'}", TEAM, PEOPLE[:1], NOW, 10)

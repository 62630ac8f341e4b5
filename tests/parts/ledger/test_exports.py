"""All changes of production of one person in a quarter, out of a ledger."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.bug.errors import NotFound
from bot.bug.fixes import asking
from bot.bug.fixes.run import FixEnded, FixStarted
from bot.bug.workspace import ProductionFrozen
from bot.ledger import workspace
from bot.ledger.exports.reading import Asked, write
from bot.ledger.ledger import Ledger
from bot.ledger.rows import WORKSPACE
from bot.production.redaction import Redactor
from tests.parts.ledger.test_helped import PRODUCTION, ROW
from tests.support.stores import Store, open_bug, person

NAMES = {"U0ADA": "Ada", "U0BEN": "Ben"}
JULY, OCTOBER = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)


async def changed(ledger: Ledger, store: Store, by: str, at: datetime) -> None:
    store.clock.advance((at - ledger.clock()).total_seconds())
    bug = await open_bug(ledger, f"Menu {at}")
    await ledger.record(bug, lambda now: asking.ask(now, by, "delete-row", ROW, "bad row"), by=person(by))
    started = FixStarted(run=1, deadline=at + timedelta(minutes=2))
    ended = FixEnded.model_validate({"run": 1, "state": "succeeded", "summary": "1 row"})
    for event in (started, ended):
        await ledger.record(bug, lambda _b, event=event: event, by=PRODUCTION)  # type: ignore[misc] # bound now


async def exported(ledger: Ledger, asked: Asked) -> list[dict[str, object]]:
    text, count = await write(ledger, asked, "jsonl", NAMES, Redactor().redact)
    found = [json.loads(line) for line in text.splitlines()]
    assert len(found) == count
    return found


async def test_all_production_changes_of_one_person_in_a_quarter(ledger: Ledger, store: Store) -> None:
    days = [datetime(2026, month, day, 12, tzinfo=UTC) for month, day in ((6, 30), (7, 1), (9, 30), (10, 1))]
    for day in days:
        for by in NAMES:
            await changed(ledger, store, by, day)
    found = await exported(ledger, Asked(kind="production", by="ada", since=JULY, until=OCTOBER))
    assert [(x["name"], str(x["at"])[:10], x["outcome"]) for x in found] == [
        ("Ada", "2026-07-01", "succeeded"),
        ("Ada", "2026-09-30", "succeeded"),
    ]
    assert len(await exported(ledger, Asked(kind="production"))) == 8
    assert len(await exported(ledger, Asked(kind="production", trail=1))) == 1
    assert await exported(ledger, Asked(kind="production", trail=WORKSPACE)) == []


async def test_entries_of_one_trail_or_of_all(ledger: Ledger, store: Store) -> None:
    await changed(ledger, store, "U0ADA", JULY)
    await workspace.record(ledger, lambda _now: ProductionFrozen(why="lunch"), by=person("U0BEN"))
    assert {x["bug"] for x in await exported(ledger, Asked())} == {"workspace", "BUG-1"}
    assert [x["kind"] for x in await exported(ledger, Asked(by="ben"))] == ["production_frozen"]
    assert [x["kind"] for x in await exported(ledger, Asked(trail=1, until=JULY))] == []
    with pytest.raises(NotFound):
        await exported(ledger, Asked(trail=9))

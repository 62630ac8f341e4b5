"""What helped against a kind of bug is remembered in rows of its own: right, and at the same cost however many bugs there are."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import event

from bot.bug.bug import Bug
from bot.bug.course.course import Fixed
from bot.bug.course.news import Enriched
from bot.bug.fixes import asking
from bot.bug.fixes.asking import FixAsked
from bot.bug.fixes.doubt import FixSettled
from bot.bug.fixes.run import FixEnded
from bot.bug.values import Actor, ActorKind
from bot.ledger.entries import load
from bot.ledger.ledger import Ledger
from bot.suggestions import Suggestions
from tests.support.stores import Store, open_bug, person

PRODUCTION = Actor(kind=ActorKind.SYSTEM, id="production")
ROW: Mapping[str, str] = {"table": "menus", "id": "13"}


async def run(ledger: Ledger, bug: int, action: str = "delete-row", state: str = "succeeded") -> int:
    """A fix of this bug, by whoever; returns its number."""
    asked = await ledger.record(bug, lambda now: asking.ask(now, "U0DEV", action, ROW, "bad row"), by=person("U0DEV"))
    number = len(asked.bug.fixes)
    ended = FixEnded.model_validate({"run": number, "state": state, "summary": "1 row"})
    await ledger.record(bug, lambda _bug: ended, by=PRODUCTION)
    return number


async def cured(ledger: Ledger, title: str, action: str = "delete-row") -> int:
    """A bug that a fix has ended."""
    bug = await open_bug(ledger, title)
    await run(ledger, bug, action)
    await ledger.record(bug, lambda _bug: Fixed(how="word", said="it works"), by=person("U0DEV"))
    return bug


async def fresh(ledger: Ledger, title: str) -> Bug:
    return await load(ledger, await open_bug(ledger, title))


async def test_what_ended_the_last_bugs_of_a_kind_is_suggested_whatever_their_numbers(ledger: Ledger) -> None:
    await cured(ledger, "Menu 12 fails", "clear-cache")
    await cured(ledger, "Menu 13 fails")
    await cured(ledger, "Menu 14 fails")
    await cured(ledger, "Login fails", "restart-service")
    await run(ledger, await open_bug(ledger, "Menu 15 fails"), "extend-trial")
    found = await Suggestions(ledger).suggestion(await fresh(ledger, "Menu 2025 fails"))
    assert (found.action, found.said) == ("delete-row", "delete-row menus 13, worked twice")
    assert found.params == {"table": "menus"}, "the other bug's number is not this one's"
    assert (await Suggestions(ledger).suggestion(await fresh(ledger, "Shop is away"))).said == ""


async def test_what_failed_or_was_undone_helped_nobody(ledger: Ledger) -> None:
    bug = await open_bug(ledger, "Menu 13 fails")
    await run(ledger, bug, state="failed")
    number = await run(ledger, bug)
    undo = FixAsked(run=number + 1, action="delete-row", params=ROW, reason="wrong row", undo_of=number)
    assert await Suggestions(ledger).repeats(await load(ledger, bug), "delete-row") == 1
    await ledger.record(bug, lambda _bug: undo, by=person("U0DEV"))
    ended = FixEnded(run=undo.run, state="succeeded", summary="1 row is back")
    await ledger.record(bug, lambda _bug: ended, by=PRODUCTION)
    assert await Suggestions(ledger).repeats(await load(ledger, bug), "delete-row") == 0


async def test_repeats_are_counted_for_a_month_by_hand_or_not_this_bug_included(store: Store, ledger: Ledger) -> None:
    await cured(ledger, "Menu 11 fails")
    store.clock.advance(31 * 86400)
    await cured(ledger, "Menu 12 fails")
    here = await open_bug(ledger, "Menu 13 fails")
    number = await run(ledger, here, state="unknown")
    settled = FixSettled(run=number, state="succeeded", word="the row is gone")
    await ledger.record(here, lambda _bug: settled, by=person("U0DEV"))
    assert await Suggestions(ledger).repeats(await load(ledger, here), "delete-row") == 2


async def test_a_bug_that_gets_another_name_is_remembered_by_it(ledger: Ledger) -> None:
    bug = await cured(ledger, "customers complain")
    named = Enriched(source="bugsnag", group="g9", title="Menu 7 fails")
    await ledger.record(bug, lambda _bug: named, by=PRODUCTION)
    assert (await Suggestions(ledger).suggestion(await fresh(ledger, "Menu 8 fails"))).action == "delete-row"


@asynccontextmanager
async def counted(ledger: Ledger) -> AsyncIterator[list[int]]:
    """How many rows each statement meanwhile gave."""
    found: list[int] = []
    engine = ledger.db.engine.sync_engine

    def after(_conn: object, cursor: object, *_: object) -> None:
        found.append(getattr(cursor, "rowcount", 0))

    event.listen(engine, "after_cursor_execute", after)
    yield found
    event.remove(engine, "after_cursor_execute", after)


@pytest.mark.parametrize("bugs", [1, 12])
async def test_remembering_costs_the_same_however_many_bugs_there_are(ledger: Ledger, bugs: int) -> None:
    for number in range(bugs):
        await cured(ledger, f"Menu {number} fails")
    bug, memory = await fresh(ledger, "Menu 99 fails"), Suggestions(ledger)
    async with counted(ledger) as statements:
        await memory.suggestion(bug)
        await memory.repeats(bug, "delete-row")
    assert len(statements) == 4
    assert max(statements) <= 1, "one row each, never all bugs"

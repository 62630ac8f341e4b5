"""After a run: probes, undo, what is done by hand, what comes again, what expires, and who has to wait."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import delete

from bot.bug.bug import Status
from bot.bug.fixes import asking
from bot.bug.fixes.fix import RunState
from bot.bug.values import Actor, ActorKind
from bot.ledger.db.engine import Database
from bot.ledger.db.tables import locks
from bot.ledger.expiry import expire
from bot.ledger.index.locks import take_lock
from bot.ledger.ledger import Ledger
from bot.ledger.restored import hold
from bot.ledger.verify import verify
from bot.sinks.production.sink import ProductionSink
from tests.slack.fixes.site import Site, serving
from tests.slack.fixes.team import DELETE, Team


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving() as site:
        yield site


@pytest.fixture
def more(site: Site, request: pytest.FixtureRequest) -> dict[str, Any]:
    probes = {
        "menu page": {"url": f"{site.url}/menus", "page": "generate"},
        "home": {"url": f"{site.url}/home", "smoke": True},
    }
    return {"probes": probes}


class TestProbes:
    async def test_the_bugs_own_page_says_that_it_works_and_nothing_else_makes_noise(
        self, team: Team, site: Site
    ) -> None:
        site.after = {"/menus": 200}
        await team.run()
        await team.card.thread.expect("It works again: was 500, is 200")
        await team.house.quiet()
        lines = team.card.thread.lines
        assert sum("menu page" in line for line in lines) == 1
        assert not any("home" in line for line in lines)
        assert [p.smoke for p in (await team.house.bug()).probes] == [False, True, False, True]

    async def test_what_a_fix_broke_blocks_fixed_and_offers_the_undo(self, team: Team, site: Site) -> None:
        site.after = {"/menus": 200, "/home": 502}
        await team.run()
        await team.card.thread.expect("home worked before this fix and is 502 now")
        await team.card.expect_text("worked before the fix and fails now: home")
        await team.card.expect_button("Undo")
        assert (await team.house.bug()).status is Status.CLAIMED
        await team.dana.types("/bug works BUG-1", in_=team.house.errors)
        await team.dana.expect_ephemeral("home worked before the fix and fails now. Undo it")

    async def test_once_it_works_again_nothing_is_in_the_way(self, team: Team, site: Site) -> None:
        site.after = {"/menus": 200, "/home": 502}
        await team.run()
        await team.card.thread.expect("worked before this fix")
        site.after, site.status["/home"] = {}, 200
        await team.dana.types("/fix probe BUG-1", in_=team.house.errors)
        await team.card.expect_no_text("worked before the fix")
        await team.dana.types("/bug works BUG-1", in_=team.house.errors)
        await team.card.thread.expect("It works again: Dana says so")

    async def test_a_probe_asked_by_hand_answers_in_the_thread(self, team: Team) -> None:
        await team.dana.types("/fix probe BUG-1", in_=team.house.errors)
        await team.card.thread.expect("menu page is 500")


async def test_an_undo_is_previewed_and_brings_the_row_back(team: Team) -> None:
    await team.run()
    await team.until(RunState.SUCCEEDED)
    await team.dana.types("/fix undo BUG-1 it was the wrong row", in_=team.house.errors)
    await team.until(RunState.PREVIEWED, run=2)
    await team.house.quiet()
    preview = await team.dana.expect_ephemeral("Preview for BUG-1: restore")
    await preview.button("Run it").click()
    await team.until(RunState.SUCCEEDED, run=2)
    assert team.plant.menu_13
    assert (await team.fix(1)).undone_by == 2


async def test_an_undo_over_what_changed_since_is_refused_and_says_what(team: Team) -> None:
    await team.run()
    await team.until(RunState.SUCCEEDED)
    team.plant.meanwhile("INSERT INTO menus VALUES (13, 2, 'Dinner')")
    await team.dana.types("/fix undo BUG-1 it was the wrong row", in_=team.house.errors)
    await team.until(RunState.REFUSED, run=2)
    await team.dana.expect_ephemeral("There is no preview of")
    assert team.plant.rows("SELECT title FROM menus WHERE id = 13") == [("Dinner",)]


async def test_after_thirty_days_the_stored_rows_are_gone_and_the_trail_still_holds(team: Team) -> None:
    await team.run()
    await team.until(RunState.SUCCEEDED)
    await team.house.quiet()
    team.house.clock.advance(days=31)
    assert await expire(team.house.bot.ledger) >= 2
    fix = await team.fix()
    assert (fix.undoable, fix.rows, fix.stored.preview, fix.kept) == (False, (), "", "")
    await team.dana.types("/fix undo BUG-1 too late", in_=team.house.errors)
    await team.dana.expect_ephemeral("cannot be undone: The stored image has expired")
    assert await expire(team.house.bot.ledger) == 0
    assert await verify(team.house.bot.ledger) == 1


async def test_the_same_fix_again_is_said_to_be_a_debt(team: Team) -> None:
    await team.run()
    await team.until(RunState.SUCCEEDED)
    team.plant.meanwhile("INSERT INTO menus VALUES (13, 1, 'Breakfast')")
    preview = await team.preview()
    await preview.expect_text("Second time this month: the proper fix is owed")
    await team.card.thread.expect("Second time this month")


async def test_a_second_fix_on_the_same_piece_waits_and_says_for_whom(team: Team) -> None:
    ledger = team.house.bot.ledger
    async with ledger.db.write() as conn:
        now = ledger.clock().timestamp()
        assert await take_lock(conn, ledger.team, "shop", "menus/13", bug=3, run=1, now=now)
    await team.run()
    await team.card.thread.expect("It waits for BUG-3's run")
    await team.card.expect_text("waits for BUG-3's run")
    team.house.clock.advance(minutes=16)
    await team.until(RunState.LAPSED)
    await team.card.thread.expect("BUG-3's run did not end within 15 minutes")
    assert team.plant.menu_13


@pytest.mark.parametrize("more", [{"mode": "propose"}])
async def test_what_is_only_proposed_is_run_by_a_person_who_says_so(team: Team) -> None:
    preview = await team.preview()
    await preview.button("Propose it").click()
    shown = await team.dana.expect_ephemeral("Run this yourself for BUG-1")
    await shown.expect_text("DELETE FROM menus")
    team.house.clock.advance(minutes=30)
    team.plant.meanwhile("DELETE FROM menus WHERE id = 13")
    await shown.button("I ran it").click()
    await team.until(RunState.SUCCEEDED)
    await team.card.thread.expect("Dana ran it by hand")
    assert "fix_started" not in await team.house.kinds()


@pytest.mark.parametrize("more", [{"mode": "watch"}])
async def test_where_it_only_watches_it_says_so(team: Team) -> None:
    await team.dana.types(f"/fix BUG-1 {DELETE}", in_=team.house.errors)
    await team.dana.expect_ephemeral("Makegood only watches here")


async def test_after_a_backup_came_back_what_was_not_done_yet_waits_for_a_person(team: Team) -> None:
    await team.house.stop()
    db = Database(team.house.runtime.database_url)
    ledger = Ledger(db, team.house.bot.ledger.team, {ProductionSink.name: ProductionSink.interest})
    dana = Actor(kind=ActorKind.PERSON, id="U0DEV")
    params = {"table": "menus", "id": "13"}
    await ledger.record(1, lambda bug: asking.ask(bug, "U0DEV", "delete-row", params, "the bad row"), by=dana)
    assert await hold(ledger, Actor(kind=ActorKind.CLI, id="anna")) == [1]
    assert await hold(ledger, Actor(kind=ActorKind.CLI, id="anna")) == []
    await db.close()
    await team.house.start()
    await team.card.expect_text("waiting: Production")
    assert (await team.fix()).state is RunState.ASKED
    await team.card.button("Try again").click(by=team.dana)
    await team.until(RunState.PREVIEWED)


async def test_a_backup_that_came_back_while_the_bot_runs_starts_nothing_of_what_was_wanted(team: Team) -> None:
    ledger = team.house.bot.ledger
    async with ledger.db.write() as conn:
        at = ledger.clock().timestamp()
        assert await take_lock(conn, ledger.team, "shop", "menus/13", bug=3, run=1, now=at)
    await team.run()
    await team.card.thread.expect("It waits for BUG-3's run")
    beside = Database(team.house.runtime.database_url)
    assert await hold(Ledger(beside, ledger.team, {}), Actor(kind=ActorKind.CLI, id="anna")) == [1]
    async with beside.write() as conn:
        await conn.execute(delete(locks))
    await beside.close()
    await team.card.expect_text("waiting: Production")
    await team.house.quiet()
    assert (await team.fix()).state is RunState.APPROVED
    await team.card.button("Try again").click(by=team.dana)
    await team.until(RunState.LAPSED)
    await team.card.thread.expect("a backup came back since it was asked for")
    assert team.plant.menu_13

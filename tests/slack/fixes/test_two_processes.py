"""One process talks to Slack and holds no credentials, another reaches production and holds no token; and that one is cut off."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.bug.errors import Refused
from bot.bug.fixes.fix import RunState
from tests.faults.process import Makegood
from tests.slack.fixes.outpost import FRONT, command, outpost
from tests.slack.fixes.plant import Plant
from tests.slack.fixes.team import SET, Team
from tests.slack.shop import RENAME

LONG = "long-job word=hello seconds={} -- it hangs"


@pytest.fixture
def store() -> str:
    return "postgresql"


@pytest.fixture
def given(plant: Plant) -> dict[str, Any]:
    return {**plant.settings, **FRONT}


@pytest.fixture
async def back(team: Team, tmp_path: Path) -> AsyncIterator[Makegood]:
    """The process with the credentials."""
    process = outpost(team.house, team.plant, tmp_path)
    await process.start(ready=False)
    yield process
    process.thaw()
    await process.kill()


@pytest.fixture
async def other(team: Team, tmp_path: Path) -> AsyncIterator[Makegood]:
    """One more of it, not started yet."""
    process = outpost(team.house, team.plant, tmp_path, "other")
    yield process
    await process.kill()


async def test_a_fix_is_previewed_approved_and_run_by_the_process_that_may(team: Team, back: Makegood) -> None:
    request = await team.waits(SET)
    await request.expect_text("title: Breakfast → Brunch")
    await request.button("Approve").click()
    await team.until(RunState.SUCCEEDED)
    assert team.plant.rows("SELECT title FROM menus WHERE id = 13") == [("Brunch",)]
    with pytest.raises(Refused, match="held by another process"):
        await team.house.bot.engine.look("customer-account", {"email": "ann@example.com"})


async def test_what_is_allowed_by_the_command_runs_at_once_in_both(team: Team, back: Makegood) -> None:
    wish = "/fix BUG-1 rename-menu id=13 title=Brunch -- wrong title"
    await team.dana.types(wish, in_=team.house.errors)
    await team.dana.expect_ephemeral("There is no action “rename-menu”")
    (team.plant.own / "rename_menu.py").write_text(RENAME)
    assert "rename-menu is on" in await command(team.house, team.plant, "actions", "allow", "rename-menu")
    entries = team.house.bot.engine.catalogue.entries
    async with asyncio.timeout(20):
        while "rename-menu" not in entries or not entries["rename-menu"].allowed:
            await asyncio.sleep(0.02)
    preview = await team.preview(wish.removeprefix("/fix BUG-1 "))
    await preview.button("Run it").click()
    await team.until(RunState.SUCCEEDED)


async def test_a_form_is_filled_without_credentials(team: Team, back: Makegood) -> None:
    await team.card.button("Fix").click(by=team.dana)
    form = await team.dana.expect_modal("What to do")
    await form.field("What to do").pick("delete-row: Delete one row of a table by its key.")
    await form.expect_text("Table")
    assert "menus" in form.field("Table").choices


async def test_output_and_cancel_go_through_both(team: Team, back: Makegood) -> None:
    await team.run(LONG.format(60))
    await team.card.thread.expect(":computer: long-job says", within=20)
    await team.card.button("Stop it: long-job").click(by=team.dana)
    await team.until(RunState.FAILED)
    assert (team.plant.lines("begun"), team.plant.lines("ended")) == (1, 0)


async def test_killed_before_the_start_it_is_run_once_by_the_next(team: Team, back: Makegood) -> None:
    preview = await team.preview()
    await back.kill()
    await preview.button("Run it").click()
    await team.until(RunState.APPROVED)
    await back.start(ready=False)
    await team.until(RunState.SUCCEEDED)
    assert (await team.house.kinds()).count("fix_started") == 1
    assert not team.plant.menu_13


async def test_killed_while_a_command_runs_a_person_is_asked_and_nothing_is_run_again(
    team: Team, back: Makegood
) -> None:
    await team.run(LONG.format(40))
    await begun(team)
    await back.kill()
    await back.start(ready=False)
    await team.until(RunState.UNKNOWN)
    await team.card.thread.expect("nobody knows whether it happened")
    await team.card.button("Look at production").click(by=team.sam)
    await team.card.thread.expect("Production says:")
    await team.card.button("Settle: long-job").click(by=team.dana)
    form = await team.dana.expect_modal("was cut off")
    form.field("On production").choose("It did not happen")
    form.field("What you saw").type("no file was written")
    await form.submit()
    await team.until(RunState.FAILED)
    assert team.plant.lines("begun") == 1


async def test_killed_while_a_statement_waits_nothing_happens_later(team: Team, back: Makegood) -> None:
    preview = await team.preview()
    with closing(sqlite3.connect(team.plant.folder / "shop.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await preview.button("Run it").click()
        await team.until(RunState.STARTED)
        await back.kill()
        other.execute("ROLLBACK")
    await back.start(ready=False)
    await team.until(RunState.UNKNOWN)
    await team.card.thread.expect("may still go on")
    assert team.plant.menu_13
    assert (await team.house.kinds()).count("fix_started") == 1


async def test_a_process_that_was_only_silent_records_its_end_after_all(
    team: Team, back: Makegood, other: Makegood
) -> None:
    await team.run(LONG.format(22))
    await begun(team)
    back.freeze()
    await other.start(ready=False)
    await team.until(RunState.UNKNOWN)
    assert "still running" in (await team.fix()).summary
    back.thaw()
    await team.until(RunState.SUCCEEDED)
    assert (team.plant.lines("begun"), team.plant.lines("ended")) == (1, 1)


async def begun(team: Team) -> None:
    await team.until(RunState.STARTED)
    async with asyncio.timeout(15):
        while not team.plant.lines("begun"):
            await asyncio.sleep(0.02)

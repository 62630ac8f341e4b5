"""A menu that production fills: the form stands there at once, its choices come by the trail, wherever the credentials are."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.bug.fixes.fix import RunState
from bot.bug.fixes.looks import Looked
from tests.faults.process import Makegood
from tests.slack.fixes.outpost import FRONT, outpost
from tests.slack.fixes.plant import Plant
from tests.slack.fixes.team import Team
from tests.support.dsl.modal import Modal

ONE, TWO, DOWN = "one process", "two processes", "two processes, one of them down"
READING = "The choices are being read; or type the value."
BOTH = pytest.mark.parametrize("layout", [ONE, TWO])


@pytest.fixture
def layout() -> str:
    return ONE


@pytest.fixture
def store(layout: str) -> str:
    return "sqlite" if layout == ONE else "postgresql"


@pytest.fixture
def given(plant: Plant, layout: str) -> dict[str, Any]:
    return {**plant.settings, **({} if layout == ONE else FRONT)}


@pytest.fixture
async def chooser(team: Team, tmp_path: Path, layout: str) -> AsyncIterator[Team]:
    """Where `retitle` may be chosen."""
    await team.house.allow("all-menus", "retitle")
    back: Makegood | None = outpost(team.house, team.plant, tmp_path) if layout == TWO else None
    if back:
        await back.start(ready=False)
    yield team
    if back:
        await back.kill()


async def opened(team: Team) -> Modal:
    await team.card.button("Fix").click(by=team.dana)
    form = await team.dana.expect_modal("What to do")
    await form.field("What to do").pick("retitle: Gives one menu another title.")
    await form.expect_text("New title")
    return form


@BOTH
async def test_what_is_chosen_from_productions_rows_is_run(chooser: Team) -> None:
    form = await opened(chooser)
    form.field("New title").type("Brunch")
    await form.expect_no_text(READING)
    assert "Breakfast" in form.field("Menu").choices
    assert form.field("New title").value == "Brunch", "what was typed meanwhile stays"
    form.field("Menu").choose("Breakfast")
    form.field("Why").type("its title breaks the page")
    await form.submit("Preview")
    await form.expect_text("Breakfast → Brunch")
    await form.submit("Run it")
    await chooser.until(RunState.SUCCEEDED)
    assert chooser.plant.rows("SELECT title FROM menus WHERE id = 13") == [("Brunch",)]


@BOTH
async def test_reading_the_choices_is_a_look_in_the_trail_whose_rows_only_the_asker_sees(chooser: Team) -> None:
    form = await opened(chooser)
    await form.expect_no_text(READING)
    assert "Breakfast" in form.field("Menu").choices
    await chooser.card.thread.expect("The look `all-menus` showed 20 rows to its asker")
    [looked] = [entry.event for entry in await chooser.house.trail() if isinstance(entry.event, Looked)]
    assert len(looked.rows) == 20
    slack = chooser.house.slack
    elsewhere = [chooser.card.texts, chooser.card.thread.lines, *(slack.views(x) for x in ("U0LEAD", "U0SUP"))]
    assert "Breakfast" not in str(elsewhere)


async def test_choices_that_come_late_do_not_change_a_form_that_shows_something_else(chooser: Team) -> None:
    form = await opened(chooser)
    await form.field("What to do").pick("delete-row: Delete one row of a table by its key.")
    await form.expect_text("delete-row")
    await chooser.house.quiet()
    assert "New title" not in form.fields
    assert "Table" in form.fields


@pytest.mark.parametrize("layout", [DOWN])
async def test_where_production_can_not_be_read_now_the_value_is_typed(chooser: Team) -> None:
    form = await opened(chooser)
    await form.expect_text(READING)
    form.field("Menu").type("thirteen")
    form.field("New title").type("Brunch")
    form.field("Why").type("its title breaks the page")
    await form.submit("Preview")
    await form.expect_error("Menu", "This must be a whole number.")
    form.field("Menu").type("13")
    await form.submit("Preview")
    await form.expect_text("retitle is being previewed")


async def test_the_look_that_the_error_itself_fills_in_is_the_one_that_is_offered(team: Team) -> None:
    await team.house.allow("all-menus", "one-menu")
    await team.house.alarm(crud={"id": 14})
    await team.dana.types("/fix look BUG-2", in_=team.house.errors)
    form = await team.dana.expect_modal("What to look at")
    assert (form.field("What to look at").value, form.field("Id").value) == ("one-menu: One menu.", "14")
    await form.submit("Look")
    await form.expect_text("title: Lunch")

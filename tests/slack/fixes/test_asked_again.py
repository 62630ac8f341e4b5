"""What came to nothing is asked for again in one press, as it was filled in; what is otherwise by then is marked."""

from bot.bug.fixes.fix import RunState
from tests.slack.fixes.team import SET, Team

DRIFTED = "menus 13: title was Breakfast, now Supper"


async def drifted(team: Team) -> None:
    """Somebody else changed the row while an approver thought about it, so the run does nothing."""
    request = await team.waits()
    team.plant.meanwhile("UPDATE menus SET title = 'Supper' WHERE id = 13")
    await request.button("Approve").click()
    await team.dana.expect_ephemeral("has lapsed, nothing was done")
    await team.house.quiet()


async def test_after_a_drift_one_press_previews_it_anew_and_marks_what_is_otherwise(team: Team) -> None:
    await drifted(team)
    lapsed = await team.dana.expect_ephemeral("has lapsed, nothing was done")
    await lapsed.button("Ask again").click()
    form = await team.dana.expect_modal(DRIFTED)
    fix = await team.until(RunState.PREVIEWED, 2)
    assert (fix.revises, fix.reason, fix.params) == (1, "wrong title", (await team.fix()).params)
    await form.submit()
    request = await team.lee.expect_dm(DRIFTED)
    await request.expect_text("Asked again; run 1 lapsed")
    await team.card.thread.expect("asks again for")


async def test_the_card_offers_it_to_everybody_who_may_run_and_the_first_press_counts(team: Team) -> None:
    await drifted(team)
    await team.card.button("Ask again: set-column").click(by=team.sam)
    await team.sam.expect_modal(DRIFTED)
    assert (await team.until(RunState.PREVIEWED, 2)).by == "U0SUP"
    await team.dana.types("/fix again BUG-1 1", in_=team.house.errors)
    await team.dana.expect_ephemeral("asked for again already: it is run 2 now")


async def test_what_nobody_answered_in_time_comes_back_as_it_was_and_says_so(team: Team) -> None:
    await team.waits()
    team.house.clock.advance(minutes=16)
    await team.until(RunState.LAPSED)
    lapsed = await team.dana.expect_ephemeral("nobody approved it")
    await lapsed.button("Ask again").click()
    await team.dana.expect_modal("nothing that is shown here")


async def test_what_could_not_be_previewed_is_asked_again_where_that_was_said(team: Team) -> None:
    await team.dana.types("/fix BUG-1 delete-row table=menus id=999 -- the bad row", in_=team.house.errors)
    said = await team.dana.expect_ephemeral("There is no preview")
    team.plant.meanwhile("INSERT INTO menus VALUES (999, 1, 'Tea')")
    await said.button("Ask again").click()
    await team.dana.expect_modal("Tea")


async def test_an_approver_who_says_no_is_not_asked_again_by_a_press(team: Team) -> None:
    await team.waits()
    await team.lee.types("/fix reject BUG-1 1 not on a Friday", in_=team.house.errors)
    await team.until(RunState.REJECTED)
    await team.dana.types("/fix again BUG-1 1", in_=team.house.errors)
    await team.dana.expect_ephemeral("is rejected, so there is nothing to ask again")


async def test_the_thread_understands_it_too(team: Team) -> None:
    await drifted(team)
    await team.dana.types("/fix again BUG-1", in_=team.house.errors)
    await team.dana.expect_ephemeral("Name the run, as in")
    await team.dana.says("@makegood fix again 1", thread=team.card)
    await team.until(RunState.PREVIEWED, 2)
    preview = await team.dana.expect_ephemeral(DRIFTED)
    assert SET.partition("--")[2].strip() in "\n".join(preview.texts)

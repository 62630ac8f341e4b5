"""Who ran a fix takes it back within ten minutes: *Undo*, its preview, one press. Later, and for others, it is a fix like any other."""

from bot.bug.fixes.fix import RunState
from tests.slack.fixes.team import Team

TITLE = "SELECT title FROM menus WHERE id = 13"


async def _breakfast_is_brunch(team: Team) -> list[tuple[object, ...]]:
    """Lee approved it and it ran; returns the rows as they were before."""
    before = team.plant.rows(TITLE)
    request = await team.waits()
    await request.button("Approve").click()
    await team.until(RunState.SUCCEEDED)
    await team.card.expect_button("Undo")
    assert team.plant.rows(TITLE) == [("Brunch",)] != before
    return before


async def test_a_press_a_preview_and_a_press_take_it_back(team: Team) -> None:
    before = await _breakfast_is_brunch(team)
    await team.card.button("Undo").click(by=team.dana)
    preview = await team.dana.expect_modal("Brunch →")
    await preview.submit("Run it")
    await team.until(RunState.SUCCEEDED, 2)
    assert team.plant.rows(TITLE) == before
    await team.card.thread.expect("Dana wants to undo `set-column`: taken back by who ran it, within 10 minutes")
    assert (await team.fix(2)).approved_by == ()


async def test_the_word_alone_does_the_same(team: Team) -> None:
    await _breakfast_is_brunch(team)
    await team.dana.says("@makegood undo", thread=team.card)
    await team.until(RunState.PREVIEWED, 2)
    await team.house.quiet()
    preview = await team.dana.expect_ephemeral("taken back by who ran it")
    await preview.button("Run it").click(by=team.dana)
    await team.until(RunState.SUCCEEDED, 2)


async def test_after_ten_minutes_it_takes_a_reason_and_another_person(team: Team) -> None:
    await _breakfast_is_brunch(team)
    team.house.clock.advance(minutes=10, seconds=30)
    await team.card.button("Undo").click(by=team.dana)
    form = await team.dana.expect_modal("Why is it undone?")
    assert not form.field("Why is it undone?").value
    form.field("Why is it undone?").type("the title was right")
    await form.submit("Undo")
    await form.expect_text("Brunch →")
    await form.submit("Ask for approval")
    await team.lee.expect_dm("wants to undo")


async def test_somebody_else_says_why_and_asks(team: Team) -> None:
    await _breakfast_is_brunch(team)
    await team.card.button("Undo").click(by=team.max)
    form = await team.max.expect_modal("Why is it undone?")
    form.field("Why is it undone?").type("the title was right")
    await form.submit("Undo")
    await form.expect_text("Brunch →")
    await form.submit("Ask for approval")
    await team.lee.expect_dm("wants to undo")

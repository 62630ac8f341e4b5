"""An undo by the same person within ten minutes: a preview and one press, also where the run took an approval."""

from bot.bug.fixes.fix import RunState
from tests.slack.fixes.team import Team


async def _ran(team: Team) -> None:
    await (await team.waits()).button("Approve").click()
    await team.until(RunState.SUCCEEDED)
    await team.house.quiet()


async def test_within_ten_minutes_nobody_else_is_asked(team: Team) -> None:
    before = team.plant.rows("SELECT * FROM menus")
    await _ran(team)
    assert team.plant.rows("SELECT * FROM menus") != before
    await team.dana.types("/fix undo BUG-1 wrong one", in_=team.house.errors)
    await team.until(RunState.PREVIEWED, 2)
    preview = await team.dana.expect_ephemeral("yours from just now, so you take it back alone")
    await preview.button("Run it").click()
    await team.until(RunState.SUCCEEDED, 2)
    assert team.plant.rows("SELECT * FROM menus") == before


async def test_later_or_by_somebody_else_it_is_approved_as_the_run_was(team: Team) -> None:
    await _ran(team)
    await team.max.types("/fix undo BUG-1 wrong one", in_=team.house.errors)
    assert (await team.until(RunState.PREVIEWED, 2)).approvals == 1
    team.house.clock.advance(minutes=16)
    await team.dana.types("/fix undo BUG-1 wrong one", in_=team.house.errors)
    assert (await team.until(RunState.PREVIEWED, 3)).approvals == 1

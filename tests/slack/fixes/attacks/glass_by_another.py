"""Go on alone with what somebody else asked for."""

from tests.slack.fixes.team import Team

WHO, SAID = "Sam", "who asked for it, can go on without an approval"
MORE = {"policy": {"approvers": ["U0LEAD"], "break_glass": True}}


async def attempt(team: Team) -> None:
    await team.waits()
    team.house.clock.advance(minutes=3)
    await team.presses(team.sam, "break_glass", run=1, digest=(await team.fix()).digest)
    form = await team.sam.expect_modal("Why can nobody be waited for?")
    form.field("Why can nobody be waited for?").type("it burns")
    await form.submit()

"""Go on alone before anybody could answer."""

from tests.slack.fixes.team import Team

WHO, SAID = "Dana", "Give the approvers until"
MORE = {"policy": {"approvers": ["U0LEAD"], "break_glass": True}}


async def attempt(team: Team) -> None:
    await team.waits()
    await team.presses(team.dana, "break_glass", run=1, digest=(await team.fix()).digest)
    form = await team.dana.expect_modal("Why can nobody be waited for?")
    form.field("Why can nobody be waited for?").type("it burns")
    await form.submit()

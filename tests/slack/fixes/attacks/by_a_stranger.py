"""Somebody of another workspace approves, though the settings name them."""

from tests.slack.fixes.team import Team

WHO, SAID = "Zoe", "Only members of this workspace"
MORE = {"policy": {"approvers": ["U0LEAD", "U0STRANGE"]}}


async def attempt(team: Team) -> None:
    await team.waits()
    fix = await team.fix()
    await team.presses(team.zoe, "approve", run=1, digest=fix.digest)

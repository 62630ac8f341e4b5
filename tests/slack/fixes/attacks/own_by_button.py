"""Approve one's own fix with a button that was meant for another."""

from tests.slack.fixes.team import Team

WHO, SAID = "Dana", "You asked for it, so somebody else has to approve it"
MORE = {"policy": {"approvers": ["U0DEV", "U0LEAD"]}}


async def attempt(team: Team) -> None:
    await team.waits()
    fix = await team.fix()
    await team.presses(team.dana, "approve", run=1, digest=fix.digest)

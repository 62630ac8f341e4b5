"""Reject one's own fix in the name of the approvers."""

from tests.slack.fixes.team import Team

WHO, SAID = "Dana", "You asked for it, so somebody else has to approve it"
MORE = {"policy": {"approvers": ["U0DEV", "U0LEAD"]}}


async def attempt(team: Team) -> None:
    await team.waits()
    await team.dana.types("/fix reject BUG-1 1 so that nobody else looks", in_=team.house.errors)

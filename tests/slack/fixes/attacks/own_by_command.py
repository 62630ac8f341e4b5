"""Approve one's own fix by a command."""

from tests.slack.fixes.team import Team

WHO, SAID = "Dana", "You asked for it, so somebody else has to approve it"
MORE = {"policy": {"approvers": ["U0DEV", "U0LEAD"]}}


async def attempt(team: Team) -> None:
    await team.waits()
    await team.dana.types("/fix approve BUG-1 1", in_=team.house.errors)

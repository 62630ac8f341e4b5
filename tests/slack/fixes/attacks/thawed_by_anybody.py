"""Thaw what an approver froze, then run."""

from tests.slack.fixes.team import Team

WHO, SAID = "Dana", "Only approvers thaw"


async def attempt(team: Team) -> None:
    await team.lee.types("/fix freeze", in_=team.house.errors)
    await team.dana.types("/fix thaw", in_=team.house.errors)

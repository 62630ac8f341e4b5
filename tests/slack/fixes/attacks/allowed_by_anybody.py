"""Turn on an action without being an approver."""

from tests.slack.fixes.team import Team

WHO, SAID = "Dana", "Only approvers turn actions on"


async def attempt(team: Team) -> None:
    await team.dana.types("/fix allow close-account", in_=team.house.errors)

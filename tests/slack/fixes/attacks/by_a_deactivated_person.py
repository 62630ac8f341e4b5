"""Somebody who was deactivated since they were asked."""

from tests.slack.fixes.team import Team

WHO, SAID = "Lee", "This account is deactivated"


async def attempt(team: Team) -> None:
    await team.waits()
    fix = await team.fix()
    team.change(team.lee, deleted=True)
    await team.presses(team.lee, "approve", run=1, digest=fix.digest)

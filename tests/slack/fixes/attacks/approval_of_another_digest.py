"""Approve with the digest of what was shown before."""

from tests.slack.fixes.team import SET, Team

WHO, SAID = "Lee", "has changed since you saw it"


async def attempt(team: Team) -> None:
    await team.preview()
    first = await team.fix(1)
    await team.waits(SET)
    await team.presses(team.lee, "approve", run=2, digest=first.digest)

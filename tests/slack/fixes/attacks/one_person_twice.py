"""One person counts for two."""

from tests.slack.fixes.team import Team

WHO, SAID = "Lee", "You have approved this already"


async def attempt(team: Team) -> None:
    await team.waits("two-keys id=13 -- a new name")
    fix = await team.fix()
    for _ in range(2):
        await team.presses(team.lee, "approve", run=1, digest=fix.digest)

"""Run what somebody else previewed."""

from tests.slack.fixes.team import Team

WHO, SAID = "Sam", "asked for this preview, so only they can run it"


async def attempt(team: Team) -> None:
    await team.preview()
    fix = await team.fix()
    await team.presses(team.sam, "run", run=1, digest=fix.digest)

"""Run a preview of a quarter of an hour ago."""

from tests.slack.fixes.team import Team

WHO, SAID = "Dana", "more than 15 minutes old"


async def attempt(team: Team) -> None:
    await team.preview()
    fix = await team.fix()
    team.house.clock.advance(minutes=16)
    await team.presses(team.dana, "run", run=1, digest=fix.digest)

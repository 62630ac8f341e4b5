"""Go on alone where the settings do not allow it."""

from tests.slack.fixes.team import Team

WHO, SAID = "Dana", "is not allowed here"


async def attempt(team: Team) -> None:
    await team.waits()
    team.house.clock.advance(minutes=3)
    await team.presses(team.dana, "break_glass", run=1, digest=(await team.fix()).digest)

"""Run with another digest than the one that was shown."""

from tests.slack.fixes.team import Team

WHO, SAID = "Dana", "has changed since you saw it"


async def attempt(team: Team) -> None:
    await team.preview()
    await team.presses(team.dana, "run", run=1, digest="0" * 64)

"""Run the second preview with the digest of the first."""

from tests.slack.fixes.team import SET, Team

WHO, SAID = "Dana", "has changed since you saw it"


async def attempt(team: Team) -> None:
    await team.preview()
    first = await team.fix(1)
    await team.preview(SET)
    await team.presses(team.dana, "run", run=2, digest=first.digest)

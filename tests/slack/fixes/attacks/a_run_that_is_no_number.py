"""A button that carries nonsense."""

from tests.slack.fixes.team import Team

WHO, SAID = "Lee", "This button is of an old kind"


async def attempt(team: Team) -> None:
    await team.waits()
    await team.presses(team.lee, "approve", run="1;drop", digest="0" * 64)

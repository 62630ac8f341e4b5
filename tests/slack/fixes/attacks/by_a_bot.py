"""Another app says it in the thread."""

from tests.slack.fixes.team import Team

WHO, SAID = "Dana", ""


async def attempt(team: Team) -> None:
    await team.waits()
    await team.house.app_says("@makegood approve", team.card)

"""A message that says so only since it was edited."""

from tests.slack.fixes.team import Team

WHO, SAID = "Dana", ""


async def attempt(team: Team) -> None:
    await team.waits()
    said = await team.lee.says("what is this?", thread=team.card)
    await team.lee.edits(said, "@makegood approve")

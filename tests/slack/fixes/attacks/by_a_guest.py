"""A guest approves, though the settings name them."""

from tests.slack.fixes.team import Team

WHO, SAID = "Gil", "Guests can't look at production, change it"
MORE = {"policy": {"approvers": ["U0LEAD", "U0GUEST"]}}


async def attempt(team: Team) -> None:
    await team.waits()
    fix = await team.fix()
    await team.presses(team.gil, "approve", run=1, digest=fix.digest)

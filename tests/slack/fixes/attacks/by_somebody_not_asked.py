"""Somebody whom nobody asked."""

from tests.slack.fixes.team import Team

WHO, SAID = "Sam", "You are not among those who can approve this"


async def attempt(team: Team) -> None:
    await team.waits()
    fix = await team.fix()
    await team.presses(team.sam, "approve", run=1, digest=fix.digest)

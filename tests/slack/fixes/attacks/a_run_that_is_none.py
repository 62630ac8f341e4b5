"""Approve a run that does not exist."""

from tests.slack.fixes.team import Team

WHO, SAID = "Lee", "BUG-1 has no fix number 7"


async def attempt(team: Team) -> None:
    await team.waits()
    await team.presses(team.lee, "approve", run=7, digest="0" * 64)

"""Approve what was asked for a quarter of an hour ago."""

from tests.slack.fixes.team import Team

WHO, SAID = "Lee", "lapsed"


async def attempt(team: Team) -> None:
    await team.waits()
    fix = await team.fix()
    team.house.clock.advance(minutes=16)
    await team.presses(team.lee, "approve", run=1, digest=fix.digest)

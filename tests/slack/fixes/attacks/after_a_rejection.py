"""Approve what somebody has rejected."""

from tests.slack.fixes.team import Team

WHO, SAID = "Max", "is rejected already"


async def attempt(team: Team) -> None:
    await team.waits()
    fix = await team.fix()
    await team.lee.types("/fix reject BUG-1 1 not now", in_=team.house.errors)
    await team.card.thread.expect("said no: not now")
    await team.presses(team.max, "approve", run=1, digest=fix.digest)

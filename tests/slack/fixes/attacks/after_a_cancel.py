"""Approve what its owner has cancelled."""

from tests.slack.fixes.team import Team

WHO, SAID = "Lee", "is cancelled already"


async def attempt(team: Team) -> None:
    await team.waits()
    fix = await team.fix()
    await team.dana.types("/fix cancel BUG-1 1", in_=team.house.errors)
    await team.card.thread.expect("cancelled it")
    await team.presses(team.lee, "approve", run=1, digest=fix.digest)

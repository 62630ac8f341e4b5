"""Approve high risk without having a second factor."""

from tests.slack.fixes.team import CLOSE, Team

WHO, SAID = "Max", "`[policy] totp` has none for you"
MORE = {
    "policy": {"approvers": ["U0LEAD", "U0LEAD2"], "totp": {"lee@acme.example": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"}}
}


async def attempt(team: Team) -> None:
    await team.waits(CLOSE)
    await team.max.types("/fix approve BUG-1 1 123456", in_=team.house.errors)

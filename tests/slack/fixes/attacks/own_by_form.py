"""Approve one's own fix by the form that asks for the second factor, which one has."""

from tests.slack.fixes.team import CLOSE, Team

WHO, SAID = "Dana", "You asked for it, so somebody else has to approve it"
MORE = {"policy": {"approvers": ["U0DEV", "U0LEAD"], "totp": {"dana@acme.example": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"}}}


async def attempt(team: Team) -> None:
    await team.waits(CLOSE)
    fix = await team.fix()
    await team.presses(team.dana, "approve", run=1, digest=fix.digest)

"""Approve high risk with a guessed code."""

from tests.slack.fixes.team import CLOSE, Team

WHO, SAID = "Lee", ""
MORE = {"policy": {"approvers": ["U0LEAD"], "totp": {"lee@acme.example": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"}}}


async def attempt(team: Team) -> None:
    request = await team.waits(CLOSE)
    await request.button("Approve").click()
    form = await team.lee.expect_modal("authenticator")
    form.field("Code of your authenticator app").type("000000")
    await form.submit()
    await form.expect_error("Code of your authenticator app", "This is not the code")

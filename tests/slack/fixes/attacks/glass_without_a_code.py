"""Go on alone with what is of high risk, without a second factor of one's own."""

from tests.slack.fixes.team import CLOSE, Team

WHO, SAID = "Dana", "`[policy] totp` has none for you"
MORE = {
    "policy": {
        "approvers": ["U0LEAD"],
        "break_glass": True,
        "totp": {"lee@acme.example": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"},
    }
}


async def attempt(team: Team) -> None:
    await team.waits(CLOSE)
    team.house.clock.advance(minutes=3)
    offer = await team.dana.expect_ephemeral("You may go on alone")
    await offer.button("Go on alone…").click()
    form = await team.dana.expect_modal("Why can nobody be waited for?")
    form.field("Why can nobody be waited for?").type("the shop is down")
    form.field("Code of your authenticator app").type("123456")
    await form.submit()

"""The same, as if the asker had gone on alone."""

from bot.bug.fixes.approval import FixApproved
from bot.bug.values import Actor, ActorKind
from tests.slack.fixes.team import CLOSE, Team

WHO, SAID = "Dana", "going on alone takes a second factor"
MORE = {
    "policy": {
        "approvers": ["U0LEAD"],
        "break_glass": True,
        "totp": {"lee@acme.example": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"},
    }
}


async def attempt(team: Team) -> None:
    await team.waits(CLOSE)
    approved = FixApproved(run=1, digest=(await team.fix()).digest, break_glass=True, factor=True, reason="no time")
    dana = Actor(kind=ActorKind.PERSON, id="U0DEV")
    await team.house.bot.ledger.record(1, lambda _bug: approved, by=dana)

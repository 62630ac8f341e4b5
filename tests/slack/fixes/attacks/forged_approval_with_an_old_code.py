"""The same, with a code of the approver's that was overheard an hour ago."""

from datetime import timedelta

import pyotp

from bot.bug.fixes.approval import FixApproved, Proof
from bot.bug.values import Actor, ActorKind
from tests.slack.fixes.team import CLOSE, Team

WHO, SAID = "Dana", "0 of 1 approvals carry a second factor that holds"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
MORE = {"policy": {"approvers": ["U0LEAD"], "totp": {"lee@acme.example": SECRET}}}


async def attempt(team: Team) -> None:
    await team.waits(CLOSE)
    app, then = pyotp.TOTP(SECRET), team.house.clock() - timedelta(hours=1)
    proof = Proof(whom="lee@acme.example", code=app.at(then))
    approved = FixApproved(run=1, digest=(await team.fix()).digest, factor=True, proof=proof)
    lee, key = Actor(kind=ActorKind.PERSON, id="U0LEAD"), f"totp:U0LEAD:{app.timecode(then)}"
    await team.house.bot.ledger.record(1, lambda _bug: approved, by=lee, key=key)

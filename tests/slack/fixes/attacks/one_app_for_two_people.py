"""One approver's app speaks for two people: the second approval is made up, its code is not."""

from datetime import timedelta

import pyotp

from bot.bug.fixes.approval import FixApproved, Proof
from bot.bug.values import Actor, ActorKind
from tests.slack.fixes.team import Team

WHO, SAID = "Dana", "1 of 2 approvals carry a second factor that holds"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
MORE = {"policy": {"approvers": ["U0LEAD", "U0LEAD2"], "totp": {"lee@acme.example": SECRET}}}


async def attempt(team: Team) -> None:
    await team.waits("two-keys id=13 -- a new name")
    app, now, digest = pyotp.TOTP(SECRET), team.house.clock(), (await team.fix()).digest
    for user, moment in (("U0LEAD", now), ("U0LEAD2", now - timedelta(seconds=30))):
        proof = Proof(whom="lee@acme.example", code=app.at(moment))
        approved = FixApproved(run=1, digest=digest, factor=True, proof=proof)
        by, key = Actor(kind=ActorKind.PERSON, id=user), f"totp:{user}:{app.timecode(moment)}"
        await team.house.bot.ledger.record(1, lambda _bug, entry=approved: entry, by=by, key=key)  # type: ignore[misc] # bound now

"""The process that talks to Slack is taken over: it writes an approval of high risk that nobody gave."""

from bot.bug.fixes.approval import FixApproved
from bot.bug.values import Actor, ActorKind
from tests.slack.fixes.team import CLOSE, Team

WHO, SAID = "Dana", "0 of 1 approvals carry a second factor that holds"
MORE = {"policy": {"approvers": ["U0LEAD"], "totp": {"lee@acme.example": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"}}}


async def attempt(team: Team) -> None:
    await team.waits(CLOSE)
    approved = FixApproved(run=1, digest=(await team.fix()).digest, factor=True)
    lee = Actor(kind=ActorKind.PERSON, id="U0LEAD")
    await team.house.bot.ledger.record(1, lambda _bug: approved, by=lee)

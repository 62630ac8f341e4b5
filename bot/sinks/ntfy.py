"""A push message outside of Slack (https://ntfy.sh) when nobody has answered a request in time. No name and no text leaves with it."""

from dataclasses import dataclass
from typing import ClassVar

from bot.bug.bug import Bug
from bot.bug.errors import Rejected
from bot.bug.fixes.escalation import FixNextAsked
from bot.bug.fixes.fix import RunState
from bot.ledger.relay.sink import Served, Work
from bot.ledger.relay.subscription import Subscription
from bot.outgoing.client import Client
from bot.slack.views.card import address

NOT_OK = 300


@dataclass(frozen=True, kw_only=True)
class NtfySink:
    """`topic` is its whole address; `workspace`: the address of our Slack, with a slash at its end."""

    client: Client
    topic: str
    workspace: str
    name: ClassVar[str] = "ntfy"
    slots: ClassVar[int] = 2
    interest: ClassVar[Subscription] = Subscription(kinds=frozenset({FixNextAsked}))

    async def serve(self, work: Work) -> Served:
        """May be sent twice: a telephone that rings once more does no harm. Not once somebody has answered."""
        event = work.entry and work.entry.event
        fix = work.bug.fix(event.run) if isinstance(event, FixNextAsked) else None
        if fix and fix.state is RunState.WAITING:
            await self._push(work.bug)
        return Served()

    async def _push(self, bug: Bug) -> None:
        said = f"{bug.ref}: a fix waits for approval and nobody has answered. Open Slack."
        headers = {"Title": "Makegood", "Priority": "high", "Tags": "rotating_light", **self._click(bug)}
        reply = await self.client.exchange("POST", self.topic, twice=True, data=said.encode(), headers=headers)
        if problem := reply.trouble():
            raise problem
        if reply.status >= NOT_OK:
            raise Rejected(f"ntfy refuses the message with {reply.status}: check [policy] ntfy")

    def _click(self, bug: Bug) -> dict[str, str]:
        """Leads to the card."""
        where = address(bug, self.workspace)
        return {"Click": where} if where else {}

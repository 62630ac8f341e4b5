"""Checks afterwards who acted on Slack's earlier word. Whoever should not have is named in the thread and to the approvers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import ClassVar

from bot.bug.bug import Bug, Unchecked
from bot.bug.errors import NotAllowed, NotFound
from bot.bug.permissions.policy import Duty, may
from bot.bug.permissions.tolerance import ActedUnchecked, CheckedAfter
from bot.bug.values import Actor, ActorKind
from bot.ledger.db.engine import SINKS
from bot.ledger.ledger import Ledger
from bot.ledger.relay.sink import Served, Work
from bot.ledger.relay.subscription import Subscription
from bot.slack.directory import Directory
from bot.slack.outgoing.private import PrivateMessages
from bot.slack.views.mrkdwn import foreign, who

BY = Actor(kind=ActorKind.SYSTEM, id="unchecked")


@dataclass(frozen=True, kw_only=True)
class UncheckedSink:
    """While Slack is away it is tried again. `leads`: who hears of somebody who should not have acted."""

    directory: Directory
    whisper: PrivateMessages
    ledger: Ledger
    leads: Callable[[], Awaitable[frozenset[str]]]
    name: ClassVar[str] = "unchecked"
    slots: ClassVar[int] = 2
    interest: ClassVar[Subscription] = Subscription(kinds=frozenset({ActedUnchecked}), jumps=True, endless=True)

    async def serve(self, work: Work) -> Served:
        for one in work.bug.unchecked:
            why = await self._against(one)
            if why:
                await self._tell(work.bug, one, why)
            await self._settle(work.bug, CheckedAfter(user=one.user, duty=one.duty, why=why))
        return Served()

    async def _against(self, one: Unchecked) -> str:
        try:
            may(await self.directory.member(one.user, fresh=True), Duty(one.duty))
        except (NotAllowed, NotFound) as error:
            return str(error)
        return ""

    async def _tell(self, bug: Bug, one: Unchecked, why: str) -> None:
        """Before it is written down: rather twice than never."""
        text = (
            f":rotating_light: {who(one.user)} acted on {bug.ref} while Slack could not say who they are, and should not "
            f"have: {foreign(why, 300)}"
        )
        for lead in sorted(await self.leads() - {one.user}):
            await self.whisper.direct(lead, text)

    async def _settle(self, bug: Bug, checked: CheckedAfter) -> None:
        def decide(present: Bug) -> CheckedAfter | None:
            waits = any((one.user, one.duty) == (checked.user, checked.duty) for one in present.unchecked)
            return checked if waits else None

        await self.ledger.record(bug.ref.number, decide, by=BY, rank=SINKS)

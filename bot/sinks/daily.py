"""Keeps the daily list right: what was seen, or undone, loses its button there."""

from dataclasses import dataclass
from typing import ClassVar

from bot.bug.fixes.run import FixEnded, FixReportedDone
from bot.bug.permissions.seen import Seen
from bot.ledger.relay.sink import Served, Work
from bot.ledger.relay.subscription import Subscription
from bot.slack.daily import DailyList


@dataclass(frozen=True)
class DailySink:
    """Shows the present, so whatever was cut off is simply drawn again."""

    list_: DailyList
    name: ClassVar[str] = "daily"
    slots: ClassVar[int] = 1
    interest: ClassVar[Subscription] = Subscription(
        kinds=frozenset({Seen, FixEnded, FixReportedDone}), jumps=True, endless=True
    )

    async def serve(self, work: Work) -> Served:
        await self.list_.follow(work.bug.ref.number)
        return Served()

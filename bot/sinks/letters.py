"""Lets letters leave when their wait is over. It calls nobody: what it writes sets the customer's sink and the biller free.

The entry is decided on the bug under its lock, as taking back is: so whichever is first holds, whatever crashes in between.
"""

from dataclasses import dataclass
from typing import ClassVar

from bot.bug import letters
from bot.bug.messages import Answered, Told
from bot.bug.values import Actor, ActorKind
from bot.ledger.db.engine import SINKS
from bot.ledger.ledger import Ledger
from bot.ledger.relay.relay import Served, Work
from bot.ledger.relay.subscription import Subscription

BY = Actor(kind=ActorKind.SYSTEM, id="letters")


@dataclass(frozen=True)
class LetterSink:
    ledger: Ledger
    name: ClassVar[str] = "letters"
    slots: ClassVar[int] = 4
    interest: ClassVar[Subscription] = Subscription(kinds=frozenset({Answered, Told}), jumps=True, endless=True)

    async def serve(self, work: Work) -> Served:
        now = self.ledger.clock()
        recorded = await self.ledger.record(
            work.bug.ref.number, lambda present: letters.leaving(present, now), by=BY, rank=SINKS
        )
        coming = letters.next_at(recorded.bug)
        return Served(again_in=max((coming - now).total_seconds(), 0.0) if coming else None)

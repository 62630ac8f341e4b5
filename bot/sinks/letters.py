"""Lets letters leave when their wait is over. It calls nobody: what it writes sets the customer's sink and the biller free.

The entry is decided on the bug under its lock, as taking back is: so whichever is first holds, whatever crashes in between.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from bot.bug.telling import letters
from bot.bug.telling.messages import Answered, Told
from bot.bug.values import Actor, ActorKind
from bot.ledger.db.engine import SINKS
from bot.ledger.ledger import Ledger
from bot.ledger.relay.sink import Served, Work
from bot.ledger.relay.subscription import Subscription

BACK = "clock_set_back"
"""What the sink keeps: since when it waits by the clock that was set back."""
BY = Actor(kind=ActorKind.SYSTEM, id="letters")


@dataclass(frozen=True)
class LetterSink:
    ledger: Ledger
    name: ClassVar[str] = "letters"
    slots: ClassVar[int] = 4
    interest: ClassVar[Subscription] = Subscription(kinds=frozenset({Answered, Told}), jumps=True, endless=True)

    async def serve(self, work: Work) -> Served:
        now = self.ledger.clock()
        back = _set_back(work, now)
        recorded = await self.ledger.record(
            work.bug.ref.number, lambda present: letters.leaving(present, now, back), by=BY, rank=SINKS
        )
        coming = letters.next_at(recorded.bug, back)
        again_in = max((coming - now).total_seconds(), 0.0) if coming else None
        return Served(external={BACK: back.isoformat()} if back and coming else {}, again_in=again_in)


def _set_back(work: Work, now: datetime) -> datetime | None:
    """When it was first seen that the clock had been set back behind a letter that still waits; None: it was not."""
    known = datetime.fromisoformat(work.external[BACK]) if BACK in work.external else None
    if known and known <= now:
        return known
    return now if letters.written_later(work.bug, now) else None

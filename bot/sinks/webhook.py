"""Posts every entry's public half to people's own tools: signed, in order. A repeat has the same id."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from bot.adapters.receivers import Receiver
from bot.bug.keys import of_entry
from bot.bug.lifecycle import KINDS
from bot.ledger.codec import dump, dump_actor
from bot.ledger.ledger import Entry
from bot.ledger.relay.sink import Served, Work
from bot.ledger.relay.subscription import Subscription
from bot.text import each_text


@dataclass(frozen=True)
class WebhookSink:
    """Whoever gets an entry twice knows it by its id."""

    to: Receiver
    redact: Callable[[str], str]
    """Masks what somebody typed where it is kept for ever: a cause, how it was fixed."""
    slots: ClassVar[int] = 4
    interest: ClassVar[Subscription] = Subscription(kinds=frozenset(KINDS.values()))

    @property
    def name(self) -> str:
        return f"webhook:{self.to.called}"[:40]

    async def serve(self, work: Work) -> Served:
        """May be sent twice: its id says so to whoever gets it."""
        if entry := work.entry:
            await self.to.send(of_entry(entry.bug, entry.seq, entry.at), body(entry, self.redact))
        return Served()


def body(entry: Entry, redact: Callable[[str], str]) -> bytes:
    """What is in the trail for ever; what people wrote and who customers are stays here."""
    public = each_text(json.loads(dump(entry.event)[0]), redact)
    place = {"team": entry.bug.team, "bug": str(entry.bug), "seq": entry.seq}
    told = {**place, "kind": entry.event.KIND, "at": entry.at.isoformat(), "by": dump_actor(entry.by), "entry": public}
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode()

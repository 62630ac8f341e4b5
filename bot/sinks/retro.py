"""Posts the retro that somebody asked for into its bug's thread. After a cut-off it looks before it posts again."""

from dataclasses import dataclass
from typing import Any, ClassVar

from bot.bug.bug import Post
from bot.bug.retro.posting import RetroAsked, RetroPosted
from bot.bug.retro.story import fold
from bot.ledger.entries import trail
from bot.ledger.ledger import Entry, Ledger
from bot.ledger.relay.sink import NotYet, Served, Work
from bot.ledger.relay.subscription import Subscription
from bot.outgoing.once import once
from bot.sinks.thread import WITHOUT_CARD
from bot.slack.directory import Directory
from bot.slack.outgoing.client import SlackPort
from bot.slack.outgoing.own_messages import key, standing
from bot.slack.views.retro import view

EVENT = "makegood_retro"


@dataclass(frozen=True)
class RetroSink:
    port: SlackPort
    directory: Directory
    ledger: Ledger
    name: ClassVar[str] = "retro"
    slots: ClassVar[int] = 2
    interest: ClassVar[Subscription] = Subscription(kinds=frozenset({RetroAsked}))

    async def serve(self, work: Work) -> Served:
        entry, place = work.entry, work.bug.card
        if entry is None:
            return Served()
        if place is None:
            raise NotYet(WITHOUT_CARD, seen=work.bug.seq)
        payload = key(entry.bug, entry.at, seq=entry.seq)
        ts = await once(
            lambda: standing(self.port, place, payload, EVENT),
            lambda: self._post(entry, place, payload),
            doubt=work.doubt,
        )
        return Served(outcomes=(RetroPosted(asked=entry.seq, channel=place.channel, ts=ts),))

    async def _post(self, entry: Entry, place: Post, payload: dict[str, Any]) -> str:
        story, metadata = await self._story(entry), {"event_type": EVENT, "event_payload": payload}
        return await self.port.post(place.channel, thread_ts=place.ts, metadata=metadata, **story)

    async def _story(self, entry: Entry) -> dict[str, Any]:
        story = fold(await trail(self.ledger, entry.bug.number))
        names = await self.directory.names(story.people)
        return {"text": view.headline(story), "blocks": view.blocks(story, names)}

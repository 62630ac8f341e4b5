"""Writes the trail into the card's thread: a line for what matters, once, in order. After a cut-off it looks for (bug, seq) first."""

from dataclasses import dataclass
from typing import Any, ClassVar

from bot.bug.bug import Post
from bot.bug.course.news import CardPosted
from bot.ledger.ledger import Entry
from bot.ledger.relay.sink import NotYet, Served, Work
from bot.ledger.relay.subscription import Subscription
from bot.outgoing.once import once
from bot.slack.directory import Directory
from bot.slack.outgoing.client import SlackPort
from bot.slack.outgoing.own_messages import SAID, digest, key, standing
from bot.slack.outgoing.refusals import THREAD_GONE, SlackRefused
from bot.slack.views.thread_lines import SPOKEN, line

EVENT = "makegood_entry"
WITHOUT_CARD = 600.0
"""Seconds between two looks at a bug that stands in a digest: its trail waits for its card."""


@dataclass(frozen=True)
class ThreadSink:
    port: SlackPort
    directory: Directory
    name: ClassVar[str] = "thread"
    slots: ClassVar[int] = 4
    interest: ClassVar[Subscription] = Subscription(kinds=SPOKEN | {CardPosted}, endless=True)

    async def serve(self, work: Work) -> Served:
        entry, place = work.entry, work.bug.card
        if entry is None:
            return Served()
        if place is None:
            raise NotYet(WITHOUT_CARD, seen=work.bug.seq)  # the card comes first; its own entry wakes us
        by = await self.directory.name(str(entry.by))
        text = line(entry, work.bug, by)
        if text:
            await once(
                lambda: standing(self.port, place, _payload(entry), EVENT),
                lambda: self._say(place, entry, text),
                doubt=work.doubt,
            )
        return Served()

    async def _say(self, place: Post, entry: Entry, text: str) -> None:
        try:
            await self.port.post(place.channel, thread_ts=place.ts, text=text, metadata=metadata(entry, text))
        except SlackRefused as error:
            # somebody deleted the card's thread: the trail has the line all the same, so nothing waits for it
            if error.code not in THREAD_GONE:
                raise


def metadata(entry: Entry, text: str) -> dict[str, Any]:
    return {"event_type": EVENT, "event_payload": {**_payload(entry), SAID: digest(text)}}


def _payload(entry: Entry) -> dict[str, Any]:
    return key(entry.bug, entry.at, seq=entry.seq)

"""Reminds people, by direct message or by a line in the thread that calls them. After a cut-off it looks there first."""

from collections.abc import Awaitable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from bot.bug.errors import Doubtful, Outside
from bot.bug.gifts.gifts import TellApproved, TellRefused
from bot.ledger.ledger import Entry, Ledger
from bot.ledger.relay.pace import TooSoon
from bot.ledger.relay.sink import NotYet, Served, Work
from bot.ledger.relay.subscription import Subscription
from bot.slack.outgoing.client import SlackPort
from bot.slack.outgoing.own_messages import in_channel, key, standing
from bot.slack.outgoing.refusals import PLACE_GONE, SAID_NO, SlackRefused
from bot.slack.views import blocks as kit
from bot.slack.views import prompts
from bot.slack.views.prompt import Offer

EVENT = "makegood_reminder"
DECIDED = (TellApproved, TellRefused)


@dataclass(frozen=True)
class ReminderSink:
    port: SlackPort
    ledger: Ledger
    name: ClassVar[str] = "reminder"
    slots: ClassVar[int] = 4
    interest: ClassVar[Subscription] = Subscription(kinds=frozenset({*prompts.OFFERS, *DECIDED}), endless=True)

    async def serve(self, work: Work) -> Served:
        entry = work.entry
        if entry is None:
            return Served()
        if isinstance(entry.event, DECIDED):
            left, stuck = await self._settle(work, entry, entry.event.asked)
            if stuck:
                return Served(external=left, stuck=stuck)
            work = replace(work, external=left)
        found = prompts.offer(work.bug, entry, self.ledger.clock())
        if found is None:
            return Served(external=work.external)
        return await (self._each(work, entry, found) if found.to else self._thread(work, entry, found))

    async def _thread(self, work: Work, entry: Entry, said: Offer) -> Served:
        place = work.bug.card
        if place is None:
            raise NotYet(0.5)  # the card comes first
        if not (work.doubt and await _found(standing(self.port, place, _payload(entry), EVENT))):
            await self._post(work, entry, said, place.channel, thread_ts=place.ts, reply_broadcast=said.loud)
        return Served()

    async def _each(self, work: Work, entry: Entry, said: Offer) -> Served:
        """Where each message stands is kept, so that its buttons can go when it is decided; one who can't be reached holds up no other."""
        sent, stuck = dict(work.external), list[Exception]()
        for user in said.to:
            if f"{entry.seq}:{user}" in sent:
                continue
            try:
                sent |= await self._to(user, work, entry, said)
            except Doubtful:
                raise  # whoever looks again looks for all of them
            except (Outside, TooSoon) as error:
                stuck.append(error)
        return Served(external=sent, stuck=next(iter(stuck), None))

    async def _to(self, user: str, work: Work, entry: Entry, said: Offer) -> dict[str, Any]:
        channel = await self._channel(user)
        if not channel:
            return {}
        ts = None
        if work.doubt:
            ts = await _found(in_channel(self.port, channel, _payload(entry), entry.at.timestamp(), EVENT))
        return {f"{entry.seq}:{user}": [channel, ts or await self._post(work, entry, said, channel)]}

    async def _channel(self, user: str) -> str:
        """Empty for somebody who can't be written to (any more): the others still are."""
        try:
            opened = await self.port.call("conversations.open", users=user)
        except SlackRefused:
            return ""
        return str(opened["channel"]["id"])

    async def _post(self, work: Work, entry: Entry, said: Offer, channel: str, **where: Any) -> str:
        metadata = {"event_type": EVENT, "event_payload": _payload(entry)}
        blocks = said.blocks(work.bug)
        return await self.port.post(channel, text=said.text, blocks=blocks, metadata=metadata, **where)

    async def _settle(self, work: Work, entry: Entry, asked: int) -> tuple[dict[str, Any], Exception | None]:
        """Show those who were asked how it was decided, and take their buttons away: what is left of the places, and what stopped it.

        Begun anew each time, the first of several would use up the turn of those behind it.
        """
        text, left = prompts.settled(work.bug, entry), dict(work.external)
        for place in [place for place in left if place.startswith(f"{asked}:")]:
            channel, ts = left[place]
            try:
                await self._decided(channel, ts, text)
            except (Outside, TooSoon) as error:  # a change may be made twice: nobody sees the second
                return left, error
            del left[place]
        return left, None

    async def _decided(self, channel: str, ts: str, text: str) -> None:
        try:
            await self.port.update(channel, ts, text=text, blocks=kit.render([kit.section(text, "decided")]))
        except SAID_NO as error:
            if error.code not in PLACE_GONE:
                raise


async def _found(look: Awaitable[str | None]) -> str | None:
    """The ts of what the attempt that was cut off said; rather twice than never where Slack won't show it."""
    try:
        return await look
    except SlackRefused:
        return None


def _payload(entry: Entry) -> dict[str, Any]:
    return key(entry.bug, entry.at, seq=entry.seq)

"""Writes one line with a link to the card into the thread of another app's alert. After a cut-off it looks first."""

from dataclasses import dataclass
from typing import ClassVar

from bot.bug.bug import Bug, Post
from bot.bug.intake import AlertPosted, CardPosted
from bot.ledger.relay.relay import Served, Work
from bot.ledger.relay.subscription import Subscription
from bot.slack.outgoing.client import SlackPort
from bot.slack.outgoing.refusals import THREAD_GONE, SlackRefused
from bot.slack.views.mrkdwn import link

EVENT = "makegood_pointer"


@dataclass(frozen=True)
class PointerSink:
    port: SlackPort
    name: ClassVar[str] = "pointer"
    slots: ClassVar[int] = 2
    interest: ClassVar[Subscription] = Subscription(
        kinds=frozenset({AlertPosted, CardPosted}), jumps=True, endless=True
    )

    async def serve(self, work: Work) -> Served:
        if work.bug.card is None:
            return Served()  # the card's own entry wakes us
        done = list(work.external.get("done", ()))
        for alert in work.bug.alerts:
            if alert.ts not in done:
                if not (work.doubt and await self._stands(alert)):
                    await self._point(work.bug, work.bug.card, alert)
                done.append(alert.ts)
        return Served(external={"done": done})

    async def _point(self, bug: Bug, card: Post, alert: Post) -> None:
        answer = await self.port.call("chat.getPermalink", channel=card.channel, message_ts=card.ts)
        text = f":point_right: {link(str(answer['permalink']), str(bug.ref))} is where this is worked on."
        metadata = {"event_type": EVENT, "event_payload": {"bug": str(bug.ref)}}
        try:
            await self.port.post(alert.channel, thread_ts=alert.ts, text=text, metadata=metadata)
        except SlackRefused as error:
            if error.code not in THREAD_GONE:
                raise

    async def _stands(self, alert: Post) -> bool:
        page = await self.port.call(
            "conversations.replies", channel=alert.channel, ts=alert.ts, limit=100, include_all_metadata=True
        )
        return any((m.get("metadata") or {}).get("event_type") == EVENT for m in page.get("messages", ()))

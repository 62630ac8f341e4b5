"""Writes one line with a link to the card into the thread of another app's alert. After a cut-off it looks first."""

from dataclasses import dataclass
from typing import ClassVar

from bot.bug.bug import Post
from bot.bug.course.news import AlertPosted, CardPosted
from bot.ledger.relay.sink import Served, Work
from bot.ledger.relay.subscription import Subscription
from bot.slack.outgoing.client import SlackPort
from bot.slack.outgoing.own_messages import standing
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
                await self._point(work, work.bug.card, alert)
                done.append(alert.ts)
        return Served(external={"done": done})

    async def _point(self, work: Work, card: Post, alert: Post) -> None:
        payload = {"bug": str(work.bug.ref)}
        if work.doubt and await standing(self.port, alert, payload, EVENT):
            return
        answer = await self.port.call("chat.getPermalink", channel=card.channel, message_ts=card.ts)
        text = f":point_right: {link(str(answer['permalink']), str(work.bug.ref))} is where this is worked on."
        metadata = {"event_type": EVENT, "event_payload": payload}
        try:
            await self.port.post(alert.channel, thread_ts=alert.ts, text=text, metadata=metadata)
        except SlackRefused as error:
            if error.code not in THREAD_GONE:
                raise

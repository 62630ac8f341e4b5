"""Posts the line that asks about a conversation without a bug. After a cut-off it looks before it posts again."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.bug.bug import Bug
from bot.bug.errors import NotFound, Unavailable
from bot.intake.talks import Shown, Talk, Talks
from bot.ledger.entries import load
from bot.ledger.inbox.inbox import Inbox, Item
from bot.ledger.ledger import Ledger
from bot.slack.outgoing.client import SlackPort
from bot.slack.outgoing.own_messages import in_channel
from bot.slack.outgoing.refusals import PLACE_GONE, SlackRefused
from bot.slack.views import proposal
from bot.slack.views.blocks import Blocks

EVENT = "makegood_inbound"


@dataclass(frozen=True)
class ProposalSink:
    port: SlackPort
    channel: str
    ledger: Ledger
    inbox: Inbox

    @property
    def talks(self) -> Talks:
        return Talks(self.ledger, self.inbox)

    async def show(self, items: Sequence[Item]) -> None:
        for item in items:
            shown = Shown.model_validate_json(item.body)
            talk = await self.talks.exactly(shown.source, shown.conversation)
            if talk and shown.settled:
                await self._settled(talk, shown.settled)
            elif talk and talk.waits:
                await self._asked(talk, await self._bug(shown.maybe))
            await self.inbox.finish(item.key)

    async def _bug(self, number: int | None) -> Bug | None:
        """None too where a backup came back without it."""
        try:
            return await load(self.ledger, number) if number else None
        except NotFound:
            return None

    async def _asked(self, talk: Talk, maybe: Bug | None) -> None:
        """Show the whole conversation, because somebody has to choose by it."""
        text = proposal.summary(talk.source, talk.said)
        blocks = proposal.blocks((talk.source, talk.conversation), talk.said, maybe)
        ts = await self._standing(talk)
        if ts:
            await self._change(ts, text, blocks)
            return
        if not await self.talks.begin_line(talk):
            raise Unavailable("Another process posts this line just now.")
        metadata = {"event_type": EVENT, "event_payload": _payload(talk)}
        ts = await self.port.post(self.channel, text=text, blocks=blocks, metadata=metadata)
        await self.talks.set_line(talk.source, talk.conversation, ts)

    async def _settled(self, talk: Talk, text: str) -> None:
        """The line loses its buttons; one that was never posted needs none."""
        ts = await self._standing(talk)
        if ts:
            await self._change(ts, text, proposal.settled(text))

    async def _standing(self, talk: Talk) -> str | None:
        """Where its line stands. One that may have been posted is looked for."""
        if talk.posting_since is None:
            return talk.line or None
        ts = await in_channel(self.port, self.channel, _payload(talk), talk.posting_since)
        if ts:
            await self.talks.set_line(talk.source, talk.conversation, ts)
        return ts

    async def _change(self, ts: str, text: str, blocks: Blocks) -> None:
        try:
            await self.port.update(self.channel, ts, text=text, blocks=blocks)
        except SlackRefused as error:
            if error.code not in PLACE_GONE:
                raise  # a line that somebody deleted stays deleted; what is decided counts


def _payload(talk: Talk) -> dict[str, str]:
    return {"source": talk.source, "conversation": talk.conversation}

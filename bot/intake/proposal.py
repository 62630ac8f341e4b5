"""The one line for a conversation that belongs to no bug: who, what, and [New bug] [Same as …] [Not a bug]."""

import logging
from dataclasses import dataclass, field
from urllib.parse import quote

from bot.bug.errors import Outside
from bot.bug.values import Inbound
from bot.intake.talks import Talk
from bot.ledger.relay.pace import TooSoon
from bot.slack.outgoing.client import SlackPort
from bot.slack.views import blocks as kit
from bot.slack.views.marks import mark
from bot.slack.views.mrkdwn import channel, foreign, link
from bot.text import plural

log = logging.getLogger(__name__)

EVENT = "makegood_inbound"


@dataclass(frozen=True)
class Proposals:
    port: SlackPort
    channel: str
    _posted: dict[tuple[str, str], str] = field(default_factory=dict)

    async def ask(self, talk: Talk, maybe: int | None, *, doubt: bool = False) -> None:
        """`doubt`: it may have been asked already, look first."""
        if doubt and await self._find(talk):
            return
        payload = {"source": talk.source, "conversation": talk.conversation}
        ts = await self.port.say(
            self.channel,
            text=summary(talk),
            blocks=blocks(talk, maybe),
            metadata={"event_type": EVENT, "event_payload": payload},
        )
        self._posted[talk.source, talk.conversation] = ts

    async def more(self, talk: Talk, maybe: int | None) -> None:
        """They have written again: whoever chooses reads it."""
        await self._change(talk, summary(talk), blocks(talk, maybe))

    async def settled(self, talk: Talk, what: str) -> None:
        """The line loses its buttons; after a restart it is found by its metadata."""
        text = f"{summary(talk)} — {what}"
        await self._change(talk, text, kit.render([kit.context(text, "settled")]))

    async def _change(self, talk: Talk, text: str, shown: kit.Blocks) -> None:
        try:
            ts = self._posted.get((talk.source, talk.conversation)) or await self._find(talk)
            if ts:
                await self.port.update(self.channel, ts, text=text, blocks=shown)
        except (Outside, TooSoon) as error:  # what is stored and decided counts; whoever presses later is told so
            log.info("The line of %s stays as it is: %s", talk.conversation, error)

    async def _find(self, talk: Talk) -> str | None:
        page = await self.port.call("conversations.history", channel=self.channel, limit=200, include_all_metadata=True)
        wanted = {"source": talk.source, "conversation": talk.conversation}
        found = (m["ts"] for m in page.get("messages", ()) if (m.get("metadata") or {}).get("event_payload") == wanted)
        return next(found, None)


def summary(talk: Talk) -> str:
    """The first word and the last."""
    texts = [x for x in talk.said if x.text] or list(talk.said)
    hint = next((x.customer for x in talk.said if x.customer.name or x.customer.email), talk.said[0].customer)
    who = foreign(hint.name or hint.email or "Somebody", 60, one_line=True)
    last = f" … “{_words(texts[-1])}” ({plural(len(texts), 'message')})" if len(texts) > 1 else ""
    return f":incoming_envelope: {who} ({channel(talk.source)}): “{_words(texts[0])}”{last}"


def _words(inbound: Inbound) -> str:
    said = f"{inbound.subject}: {inbound.text}" if inbound.subject else inbound.text
    return foreign(said, 200, one_line=True)


def blocks(talk: Talk, maybe: int | None) -> kit.Blocks:
    place = {"source": talk.source, "conversation": quote(talk.conversation, safe="")}
    url = next((x.url for x in talk.said if x.url), "")
    where = f" · {link(url, 'open there')}" if url else ""
    same = kit.button(f"Same as BUG-{maybe}", "same_as", mark(maybe, 0, **place), "primary") if maybe else None
    buttons = [
        same,
        kit.button("New bug", "new_from", mark(0, 0, **place)),
        kit.button("Same as …", "same_as_which", mark(0, 0, **place)),
        kit.button("Not a bug", "not_a_bug", mark(0, 0, **place)),
    ]
    return kit.render([kit.section(summary(talk) + where, "inbound"), *kit.actions(buttons, "choose")])

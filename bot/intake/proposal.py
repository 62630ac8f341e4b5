"""The one line for a message that belongs to no bug: who, what, and [New bug] [Same as …] [Not a bug]."""

import logging
from dataclasses import dataclass, field
from urllib.parse import quote

from bot.domain.errors import Outside
from bot.domain.values import Inbound
from bot.domain.words import channel, foreign, link
from bot.ledger.pace import TooSoon
from bot.slack import kit
from bot.slack.client import SlackPort
from bot.slack.marks import mark

log = logging.getLogger(__name__)

EVENT = "makegood_inbound"


@dataclass(frozen=True)
class Proposals:
    port: SlackPort
    channel: str
    _posted: dict[tuple[str, str], str] = field(default_factory=dict)

    async def ask(self, inbound: Inbound, maybe: int | None, *, doubt: bool = False) -> None:
        """`doubt`: it may have been asked already, look first."""
        if doubt and await self._find(inbound):
            return
        payload = {"source": inbound.source, "conversation": inbound.conversation}
        text = summary(inbound)
        ts = await self.port.say(
            self.channel,
            text=text,
            blocks=blocks(inbound, maybe),
            metadata={"event_type": EVENT, "event_payload": payload},
        )
        self._posted[inbound.source, inbound.conversation] = ts

    async def settled(self, inbound: Inbound, what: str) -> None:
        """The line loses its buttons; after a restart it is found by its metadata."""
        text = f"{summary(inbound)} — {what}"
        try:
            ts = self._posted.get((inbound.source, inbound.conversation)) or await self._find(inbound)
            if ts:
                await self.port.update(self.channel, ts, text=text, blocks=kit.render([kit.context(text, "settled")]))
        except (Outside, TooSoon) as error:  # it is decided and recorded; whoever presses later is told so
            log.info("The line of %s keeps its buttons: %s", inbound.conversation, error)

    async def _find(self, inbound: Inbound) -> str | None:
        page = await self.port.call("conversations.history", channel=self.channel, limit=200, include_all_metadata=True)
        wanted = {"source": inbound.source, "conversation": inbound.conversation}
        found = (m["ts"] for m in page.get("messages", ()) if (m.get("metadata") or {}).get("event_payload") == wanted)
        return next(found, None)


def summary(inbound: Inbound) -> str:
    who = foreign(inbound.customer.name or inbound.customer.email or "Somebody", 60, one_line=True)
    said = foreign(f"{inbound.subject}: {inbound.text}" if inbound.subject else inbound.text, 200, one_line=True)
    return f":incoming_envelope: {who} ({channel(inbound.source)}): “{said}”"


def blocks(inbound: Inbound, maybe: int | None) -> kit.Blocks:
    place = {"source": inbound.source, "conversation": quote(inbound.conversation, safe="")}
    where = f" · {link(inbound.url, 'open there')}" if inbound.url else ""
    same = kit.button(f"Same as BUG-{maybe}", "same_as", mark(maybe, 0, **place), "primary") if maybe else None
    buttons = [
        same,
        kit.button("New bug", "new_from", mark(0, 0, **place)),
        kit.button("Same as …", "same_as_which", mark(0, 0, **place)),
        kit.button("Not a bug", "not_a_bug", mark(0, 0, **place)),
    ]
    return kit.render([kit.section(summary(inbound) + where, "inbound"), *kit.actions(buttons, "choose")])

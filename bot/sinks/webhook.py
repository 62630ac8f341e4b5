"""Posts every entry's public half to people's own tools: signed, in order. A repeat has the same key."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import aiohttp

from bot.adapters.common.signing import hex_signature
from bot.adapters.retry_after import pause
from bot.bug.errors import Outside, Rejected, Unavailable
from bot.bug.lifecycle import KINDS
from bot.ledger.codec import dump, dump_actor
from bot.ledger.ledger import Entry
from bot.ledger.relay.relay import Served, Work
from bot.ledger.relay.subscription import Subscription
from bot.outgoing import Client, Reply
from bot.settings import WebhookSettings

NOT_OK, TIMED_OUT = 300, 408


@dataclass(frozen=True)
class WebhookSink:
    """One of `[webhooks.NAME]`. Whoever gets an entry twice knows it by X-Makegood-Key."""

    called: str
    settings: WebhookSettings
    http: aiohttp.ClientSession
    slots: ClassVar[int] = 4
    interest: ClassVar[Subscription] = Subscription(kinds=frozenset(KINDS.values()))

    @property
    def name(self) -> str:
        return f"webhook:{self.called}"[:40]

    async def serve(self, work: Work) -> Served:
        if work.entry:
            raw = body(work.entry)
            await self.send(raw, headers(work.entry, raw, self.settings.secret.get_secret_value()))
        return Served()

    async def send(self, raw: bytes, signed: Mapping[str, str]) -> None:
        """May be sent twice: its key says so to whoever gets it."""
        client = Client(session=self.http, who=f"The webhook “{self.called}”", timeout=self.settings.timeout)
        reply = await client.exchange("POST", self.settings.url, twice=True, data=raw, headers=signed)
        if problem := reply.trouble() or self._refusal(reply):
            raise problem

    def _refusal(self, reply: Reply) -> Outside | None:
        if reply.status < NOT_OK:
            return None
        if reply.status == TIMED_OUT:
            return Unavailable(f"{reply.who} answered {TIMED_OUT}; the entry is sent again.", pause(reply.headers))
        return Rejected(f"{reply.who} refuses entries with {reply.status}: check [webhooks.{self.called}]")


def body(entry: Entry) -> bytes:
    """What is in the trail for ever; what people wrote and who customers are stays here."""
    public = json.loads(dump(entry.event)[0])
    place = {"team": entry.bug.team, "bug": str(entry.bug), "seq": entry.seq}
    told = {**place, "kind": entry.event.KIND, "at": entry.at.isoformat(), "by": dump_actor(entry.by), "entry": public}
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode()


def headers(entry: Entry, raw: bytes, secret: str) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "X-Makegood-Key": f"{entry.bug.team}-{entry.bug}-{entry.seq}",
        "X-Makegood-Signature": "sha256=" + hex_signature(secret, raw),
    }

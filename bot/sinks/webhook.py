"""Every entry's public half goes to people's own tools: signed, in order, each with a key that a repeat has too."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import ClassVar

import aiohttp

from bot.adapters.retry_after import pause
from bot.bug.errors import Rejected, Unavailable
from bot.bug.lifecycle import KINDS
from bot.ledger.codec import dump, dump_actor
from bot.ledger.ledger import Entry
from bot.ledger.relay.relay import Served, Work
from bot.ledger.relay.subscription import Interest
from bot.settings import WebhookSettings

NOT_OK, TOO_MANY, TIMED_OUT, BROKEN = 300, 429, 408, 500


@dataclass(frozen=True)
class WebhookSink:
    """One of `[webhooks.NAME]`. Whoever gets an entry twice knows it by X-Makegood-Key."""

    called: str
    settings: WebhookSettings
    http: aiohttp.ClientSession
    slots: ClassVar[int] = 4
    interest: ClassVar[Interest] = Interest(kinds=frozenset(KINDS.values()))

    @property
    def name(self) -> str:
        return f"webhook:{self.called}"[:40]

    async def serve(self, work: Work) -> Served:
        if work.entry:
            await self._send(work.entry)
        return Served()

    async def _send(self, entry: Entry) -> None:
        raw = body(entry)
        timeout = aiohttp.ClientTimeout(total=self.settings.timeout)
        try:
            async with self.http.post(
                self.settings.url,
                data=raw,
                headers=headers(entry, raw, self.settings.secret.get_secret_value()),
                timeout=timeout,
                allow_redirects=False,
            ) as answer:
                self._check(answer.status, pause(answer.headers))
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unavailable(f"The webhook “{self.called}” did not answer; the entry is sent again.") from error

    def _check(self, status: int, wait: float | None) -> None:
        if status < NOT_OK:
            return
        if status >= BROKEN or status in {TOO_MANY, TIMED_OUT}:
            raise Unavailable(f"The webhook “{self.called}” answered {status}; the entry is sent again.", wait)
        raise Rejected(f"The webhook “{self.called}” refuses entries with {status}: check [webhooks.{self.called}]")


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
        "X-Makegood-Signature": "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest(),
    }

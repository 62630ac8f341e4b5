"""A tool of the team's own, one of `[webhooks.NAME]`: what it is sent is signed by the Standard Webhooks scheme.

https://www.standardwebhooks.com: id and time are inside the signature, so that a recorded delivery can't be played back later.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp
from standardwebhooks import Webhook

from bot.bug.errors import Outside, Rejected, Unavailable
from bot.outgoing.client import Client, Reply
from bot.outgoing.retry_after import pause
from bot.settings.sections import WebhookSettings

NOT_OK, TIMED_OUT = 300, 408


@dataclass(frozen=True)
class Receiver:
    """`clock` says the time that is signed: the real one, for the other side compares it with its own."""

    called: str
    settings: WebhookSettings
    http: aiohttp.ClientSession
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def send(self, id_: str, raw: bytes) -> None:
        """May be sent twice, under the same id and at another time. Raises Outside where it was not taken."""
        client = Client(session=self.http, who=f"The webhook “{self.called}”", timeout=self.settings.timeout)
        signed = headers(self.settings.secret.get_secret_value(), id_, self.clock(), raw)
        reply = await client.exchange("POST", self.settings.url, twice=True, data=raw, headers=signed)
        if problem := reply.trouble() or self._refusal(reply):
            raise problem

    def _refusal(self, reply: Reply) -> Outside | None:
        if reply.status < NOT_OK:
            return None
        if reply.status == TIMED_OUT:
            return Unavailable(f"{reply.who} answered {TIMED_OUT}; the entry is sent again.", pause(reply.headers))
        return Rejected(f"{reply.who} refuses entries with {reply.status}: check [webhooks.{self.called}]")


def headers(secret: str, id_: str, at: datetime, raw: bytes) -> Mapping[str, str]:
    """`secret` is "whsec_" and base64, `at` in UTC; a repeat has the same id."""
    return {
        "Content-Type": "application/json",
        "webhook-id": id_,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(id_, at, raw.decode()),
    }

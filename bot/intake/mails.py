"""The mailbox that one process polls: each mail goes into the inbox before it is marked as seen."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from bot.adapters.channels import mail
from bot.adapters.channels.common.mailbox import Mailbox
from bot.adapters.ports import Hook
from bot.bug.keys import fit
from bot.intake.sources import PEOPLE
from bot.ledger.inbox.inbox import Item


@dataclass(frozen=True, kw_only=True)
class Mails:
    settings: mail.Settings
    mailbox: Mailbox
    submit: Callable[[Item], Awaitable[bool]]
    clock: Callable[[], datetime]

    async def poll(self) -> int:
        return await self.mailbox.poll(self._take)

    async def _take(self, raw: bytes) -> None:
        """Raises Unreadable for what is no mail."""
        hook = Hook(headers={}, body=raw, at=self.clock())
        for found in mail.parse(hook, {"sender": self.settings.sender, "authserv": self.settings.authserv}):
            key = fit(f"in:mail:{found.event}")
            await self.submit(Item(key=key, source=PEOPLE, body=found.model_dump_json()))

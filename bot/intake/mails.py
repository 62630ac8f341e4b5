"""Polls the mailbox in one process. A mail is stored in the inbox before it is marked as seen."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from bot.adapters.channels import mail
from bot.adapters.channels.common.mailbox import Mailbox
from bot.adapters.channels.common.mime import unread
from bot.adapters.ports import Hook
from bot.bug.errors import Unreadable
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
        """Raises Unreadable for what is no mail at all."""
        now = self.clock()
        hook = Hook(headers={}, body=raw, at=now)
        options = {"sender": self.settings.sender, "authserv": self.settings.authserv}
        try:
            found = await asyncio.to_thread(mail.parse, hook, options)
        except Unreadable as error:
            found = (unread(raw, error, source=mail.SOURCE, came=now, ours=self.settings.sender),)
        for each in found:
            await self.submit(Item(key=f"in:mail:{each.event}", source=PEOPLE, body=each.model_dump_json()))

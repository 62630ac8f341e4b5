"""Polls the mailbox in one process. A mail is stored in the inbox before it is marked as seen."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bot.adapters.channels import mail
from bot.adapters.channels.common.mailbox import Mailbox
from bot.adapters.channels.common.mime import unread
from bot.adapters.ports import Hook
from bot.bug.errors import Unreadable
from bot.intake.sources import PEOPLE
from bot.ledger.inbox.inbox import Item

LATELY = timedelta(days=1)
"""What was sent before is not looked at: keys of what was read are kept for two days."""


@dataclass(frozen=True, kw_only=True)
class Mails:
    settings: mail.Settings
    mailbox: Mailbox
    submit: Callable[[Item], Awaitable[bool]]
    clock: Callable[[], datetime]
    sent: Mailbox | None = None
    """The folder of what people sent themselves."""

    async def poll(self) -> int:
        # marked as seen only after `_take` has returned: a crash reads it again, and its key makes that harmless
        taken = await self.mailbox.poll(self._take)
        if self.sent:
            await self.sent.follow(partial(self._take, folder=mail.SENT), (self.clock() - LATELY).date())
        return taken

    async def _take(self, raw: bytes, folder: str = "") -> None:
        """Raises Unreadable for what is no mail at all."""
        now = self.clock()
        hook = Hook(headers={}, body=raw, at=now)
        options = {"sender": self.settings.sender, "authserv": self.settings.authserv, "folder": folder}
        try:
            # a mail of many megabytes takes seconds to parse, and acks to Slack have three
            found = await asyncio.to_thread(mail.parse, hook, options)
        except Unreadable as error:
            if folder:
                return  # nobody waits for an answer to what we sent
            found = (unread(raw, error, source=mail.SOURCE, came=now, ours=self.settings.sender),)
        for each in found:
            await self.submit(Item(key=f"in:mail:{each.event}", source=PEOPLE, body=each.to_json()))

"""What happens by the clock: board and mailbox are polled, keys are forgotten, the trail is anchored once a day."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError

from bot.customers import mail
from bot.customers.common.mailbox import Mailbox
from bot.domain.errors import MakegoodError
from bot.intake.mails import Mails
from bot.intake.sources import BOARD
from bot.ledger import turn
from bot.ledger.anchors import anchor
from bot.ledger.expiry import expire
from bot.ledger.inbox import Item
from bot.ledger.ledger import SYSTEM
from bot.settings import validate

if TYPE_CHECKING:
    from bot.app import Bot

log = logging.getLogger(__name__)

BOARD_POLL, TIDY, ANCHOR = 60.0, 3600.0, 3600.0
DAY = 86400.0


class Timers:
    """Each job runs by itself; one that fails is tried again at its next time."""

    def __init__(self, bot: "Bot") -> None:
        self.bot = bot
        self._me = uuid4().hex
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        jobs: list[tuple[float, Callable[[], Awaitable[object]]]] = [(TIDY, self._tidy), (ANCHOR, self._anchor)]
        if self.bot.outside.board:
            jobs.append((BOARD_POLL, self._board))
        if mails := self._mails():
            jobs.append((mails.settings.every, partial(self._poll, mails)))
        self._tasks = [asyncio.create_task(self._every(seconds, job)) for seconds, job in jobs]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _every(self, seconds: float, job: Callable[[], Awaitable[object]]) -> None:
        while True:
            try:
                await job()
            except (MakegoodError, SQLAlchemyError, OSError) as error:
                log.warning("%s: %s. Tried again in %.0f s.", getattr(job, "__name__", "a job"), error, seconds)
            await asyncio.sleep(seconds)

    async def _tidy(self) -> None:
        await self.bot.inbox.tidy(2 * DAY)
        await expire(self.bot.ledger)

    async def _anchor(self) -> None:
        await anchor(self.bot.ledger)

    def _mails(self) -> Mails | None:
        bot = self.bot
        if not bot.settings.mail.get("imap"):
            return None
        settings = validate(mail.Settings, bot.settings.mail, "[mail]")
        box = Mailbox(settings.imap or SecretStr(""), settings.timeout)
        return Mails(settings=settings, mailbox=box, submit=bot.inflow.submit, clock=bot.ledger.clock)

    async def _poll(self, mails: Mails) -> None:
        """One process at a time: two would offer the same mails."""
        bot, keep = self.bot, 3 * mails.settings.every + 60
        if await turn.mine(bot.db, bot.me.team, "mailbox", self._me, bot.ledger.clock().timestamp(), keep):
            await mails.poll()

    async def _board(self) -> None:
        """Webhooks get lost while we are down: what changed since is read, by the same keys."""
        board = self.bot.outside.board
        if board is None:
            return
        public, hook = self.bot.settings.web.public_url, self.bot.settings.hooks.get("trello")
        if public and hook:
            await board.register(f"{public}/hooks/trello/{hook.token.get_secret_value()}")
        self.bot.outside.board_known = await board.known()
        since = await self.bot.switches.get("board:since") or ""
        changes, newest = await board.changes(since)
        for change in changes:
            await self.bot.inflow.submit(
                Item(key=f"board:{change.event}"[:200], source=BOARD, body=change.model_dump_json())
            )
        if newest != since:
            await self.bot.switches.set("board:since", newest, SYSTEM)

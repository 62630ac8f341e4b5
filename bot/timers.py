"""What happens by the clock: board, mailbox and plans are asked for, keys are forgotten, the trail is anchored once a day."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError

from bot.adapters.channels import mail
from bot.adapters.channels.common.mailbox import Mailbox
from bot.bug.errors import MakegoodError
from bot.bug.keys import fit
from bot.intake.mails import Mails
from bot.intake.sources import BOARD
from bot.ledger import strange, workspace
from bot.ledger.anchors import anchor
from bot.ledger.db import leader
from bot.ledger.expiry import expire
from bot.ledger.inbox.inbox import Item
from bot.ledger.ledger import SYSTEM
from bot.settings import validate
from bot.slack.views.home import not_understood
from bot.text import sentence

if TYPE_CHECKING:
    from bot.app import Bot

log = logging.getLogger(__name__)

BOARD_POLL, PLANS, TIDY, ANCHOR, ALLOWED, STRANGE = 60.0, 600.0, 3600.0, 3600.0, 1.0, 5.0
DAY = 86400.0
SAID = "strange:said"
"""The flag that says when people were last told of what nobody understood."""
TICK = 0.5
"""Seconds between two looks at the clock."""


class Timers:
    """Each job runs by itself; one that fails is tried again at its next time."""

    def __init__(self, bot: "Bot") -> None:
        self.bot = bot
        self._me = "the only one" if bot.db.sqlite else uuid4().hex
        self._on: Mapping[str, str] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        jobs: list[tuple[float, Callable[[], Awaitable[object]]]] = [
            (TIDY, self._tidy),
            (ANCHOR, self._anchor),
            (ALLOWED, self._allowed),
        ]
        if not self.bot.only:
            jobs.append((STRANGE, self.strange))
        if self.bot.outside.board:
            jobs += [(BOARD_POLL, self._hook), (BOARD_POLL, self._board)]
        if self.bot.outside.biller:
            jobs.append((PLANS, self._plans))
        if mails := self._mails():
            jobs.append((mails.settings.every, partial(self._poll, mails)))
        self._tasks = [asyncio.create_task(self._every(seconds, job)) for seconds, job in jobs]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await leader.over(self.bot.db, self.bot.me.team, "mailbox", self._me)

    async def _every(self, seconds: float, job: Callable[[], Awaitable[object]]) -> None:
        while True:
            try:
                await job()
            except (MakegoodError, SQLAlchemyError, OSError) as error:
                log.warning(
                    "%s: %s Tried again in %.0f s.", getattr(job, "__name__", "a job"), sentence(error), seconds
                )
            await self._pass(seconds)

    async def _pass(self, seconds: float) -> None:
        """By the ledger's clock, so that a machine that slept looks at once; one whose clock was set back does not wait for long."""
        due = self._now() + seconds
        while 0 < due - self._now() <= seconds:  # noqa: ASYNC110 - nothing tells of a clock that was set
            await asyncio.sleep(min(TICK, seconds))

    def _now(self) -> float:
        return self.bot.ledger.clock().timestamp()

    async def _tidy(self) -> None:
        await self.bot.inbox.tidy(2 * DAY)
        await strange.tidy(self.bot.db, self.bot.me.team, self._now())
        await expire(self.bot.ledger)

    async def strange(self) -> None:
        """What nobody understood is said in the channel: at once, and from then on in one line a day while more comes."""
        bot, now = self.bot, self._now()
        said = float(await bot.flags.get(SAID) or 0)
        if now - said < DAY:
            return
        async with bot.db.read() as conn:
            found = await strange.listed(conn, bot.me.team, since=said)
        if found and await leader.mine(bot.db, bot.me.team, "strange", self._me, now, 60):
            await bot.port.say(bot.settings.slack.error_channels[0], text=not_understood(found))
            await bot.flags.set(SAID, str(now), SYSTEM)

    async def _allowed(self) -> None:
        """What an approver turned on elsewhere, by the command or in another process, may run from now on."""
        present = (await workspace.load(self.bot.ledger)).allowed
        if present != self._on:
            await self.bot.reload()
            self._on = present

    async def _anchor(self) -> None:
        await anchor(self.bot.ledger)

    async def _plans(self) -> None:
        """A billing system that was away at the start, or has new plans."""
        if biller := self.bot.outside.biller:
            self.bot.outside.plans = await biller.plans()

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
        if await leader.mine(bot.db, bot.me.team, "mailbox", self._me, self._now(), keep):
            await mails.poll()

    async def _hook(self) -> None:
        """The board tells of changes at once; a webhook that can't be made leaves them to the poll."""
        settings, board = self.bot.settings, self.bot.outside.board
        kind = settings.board.kind if settings.board else ""
        public, hook = settings.web.public_url, settings.hooks.get(kind)
        if board and public and hook:
            await board.register(f"{public}/hooks/{kind}/{hook.token.get_secret_value()}")

    async def _board(self) -> None:
        """Webhooks get lost while we are down: what changed since is read, by the same keys."""
        board = self.bot.outside.board
        if board is None:
            return
        self.bot.outside.board_known = await board.known()
        since = await self.bot.flags.get("board:since") or ""
        changes, newest = await board.changes(since)
        for change in changes:
            await self.bot.inflow.submit(
                Item(key=fit(f"board:{change.event}"), source=BOARD, body=change.model_dump_json())
            )
        if newest != since:
            await self.bot.flags.set("board:since", newest, SYSTEM)

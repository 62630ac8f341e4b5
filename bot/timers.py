"""What happens by the clock: the board is polled, keys are forgotten, the trail is anchored once a day."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from bot.domain.errors import MakegoodError
from bot.intake.sources import BOARD
from bot.ledger.anchors import anchor
from bot.ledger.inbox import Item
from bot.ledger.ledger import SYSTEM

if TYPE_CHECKING:
    from bot.app import Bot

log = logging.getLogger(__name__)

BOARD_POLL, TIDY, ANCHOR = 60.0, 3600.0, 3600.0
DAY = 86400.0


class Timers:
    """Each job runs by itself; one that fails is tried again at its next time."""

    def __init__(self, bot: "Bot") -> None:
        self.bot = bot
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        jobs: list[tuple[float, Callable[[], Awaitable[object]]]] = [(TIDY, self._tidy), (ANCHOR, self._anchor)]
        if self.bot.outside.board:
            jobs.append((BOARD_POLL, self._board))
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

    async def _anchor(self) -> None:
        await anchor(self.bot.ledger)

    async def _board(self) -> None:
        """Webhooks get lost while we are down: what changed since is read, by the same keys."""
        board = self.bot.outside.board
        if board is None:
            return
        public, hook = self.bot.settings.web.public_url, self.bot.settings.hooks.get("trello")
        if public and hook:
            await board.register(f"{public}/hooks/trello/{hook.token.get_secret_value()}")
        since = await self.bot.switches.get("board:since") or ""
        changes, newest = await board.changes(since)
        for change in changes:
            await self.bot.inflow.submit(
                Item(key=f"board:{change.event}"[:200], source=BOARD, body=change.model_dump_json())
            )
        if newest != since:
            await self.bot.switches.set("board:since", newest, SYSTEM)

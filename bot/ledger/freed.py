"""Overwrites a run's secrets in the database's file at its outcome, and empties SQLite's log."""

import asyncio
import logging
import sqlite3
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

from bot.bug.errors import MakegoodError
from bot.ledger.db.engine import Database
from bot.ledger.ledger import Recorded
from bot.text import sentence

log = logging.getLogger(__name__)

PAUSE, TRIES = 0.2, 50
"""Readers may be at it just then; what is left stays until the next outcome, or the next stop."""


def dropped(recorded: Recorded) -> bool:
    """Whether these entries ended a run that had secrets."""
    had = {fix.run for fix in recorded.before.fixes if fix.secrets}
    return any(fix.run in had and not fix.secrets for fix in recorded.bug.fixes)


@dataclass
class Freed:
    """Follows what is recorded."""

    db: Database
    _task: asyncio.Task[None] | None = field(default=None)

    def follow(self, recorded: Recorded) -> None:
        if self.db.sqlite and dropped(recorded):
            # not awaited by whoever recorded: a checkpoint has to wait until nobody reads, and a press must not wait
            # for that
            self._task = asyncio.create_task(self._empty(self._task))

    async def stop(self) -> None:
        if self._task:
            await asyncio.gather(self._task, return_exceptions=True)

    async def _empty(self, before: "asyncio.Task[None] | None") -> None:
        """One after another: an outcome that comes while the log is being emptied is not forgotten."""
        if before:
            await asyncio.gather(before, return_exceptions=True)
        for _ in range(TRIES):
            try:
                if await self.db.forget_freed():
                    return
            except (sqlite3.Error, MakegoodError, SQLAlchemyError, OSError) as error:
                log.info("SQLite's log can't be emptied just now: %s", sentence(error))
            await asyncio.sleep(PAUSE)

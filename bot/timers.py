"""Runs the jobs of the clock. What each job does: bot/jobs.py."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from bot.bug.errors import MakegoodError
from bot.text import sentence

log = logging.getLogger(__name__)

TICK = 0.5
"""Seconds between two looks at the clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """`run` is called at once and then every so many seconds."""

    name: str
    every: float
    run: Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timers:
    """Each job runs by itself; one that fails is tried again at its next time."""

    jobs: Sequence[Job]
    clock: Callable[[], datetime]
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self) -> None:
        self._tasks.extend(asyncio.create_task(self._every(job)) for job in self.jobs)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _every(self, job: Job) -> None:
        while True:
            try:
                await job.run()
            except (MakegoodError, SQLAlchemyError, OSError) as error:
                log.warning("%s: %s Tried again in %.0f s.", job.name, sentence(error), job.every)
            await self._pass(job.every)

    async def _pass(self, seconds: float) -> None:
        """By the ledger's clock, so that a machine that slept looks at once; one whose clock was set back does not wait for long."""
        due = self._now() + seconds
        while 0 < due - self._now() <= seconds:  # noqa: ASYNC110 - nothing tells of a clock that was set
            await asyncio.sleep(min(TICK, seconds))

    def _now(self) -> float:
        return self.clock().timestamp()

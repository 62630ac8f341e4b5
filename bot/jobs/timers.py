"""Runs the jobs of the clock. What each job does: bot/jobs/jobs.py."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.process.tasks import Lasting, surviving

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
    lasting: Lasting = field(default_factory=Lasting)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self) -> None:
        self._tasks.extend(self.lasting.start(f"job {job.name}", self._every(job)) for job in self.jobs)

    async def stop(self) -> None:
        await self.lasting.stop(*self._tasks)

    async def _every(self, job: Job) -> None:
        while True:
            with surviving(f"{job.name} (tried again in {job.every:.0f} s)"):
                await job.run()
            await self._pass(job.every)

    async def _pass(self, seconds: float) -> None:
        """By the ledger's clock, so that a machine that slept looks at once; one whose clock was set back does not wait for long."""
        due = self._now() + seconds
        while 0 < due - self._now() <= seconds:  # noqa: ASYNC110 - nothing tells of a clock that was set
            await asyncio.sleep(min(TICK, seconds))

    def _now(self) -> float:
        return self.clock().timestamp()

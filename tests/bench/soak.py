"""Mixed traffic for as long as asked: memory, handles, tasks, connections and the file must not grow with time. `make soak MINUTES=30`.

Each second 30 things arrive (RATE=30): nine in ten repeat known errors, one is a press; every ten seconds there is a new error. What one
second brings begins on time, but no more than three seconds are under way at once: a machine that can't keep up is not buried, and
how often that was so is a figure. So is how many presses were not acknowledged within Slack's 3 s, for which Bolt answers 404.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import aiohttp
from sqlalchemy import func, select

from bot.bug.values import Frozen
from bot.ledger.db.engine import Database
from bot.ledger.db.tables import entries
from tests.bench import stage
from tests.bench.figure import Figure
from tests.bench.stage import OURS, Process

RATE, NEW_EVERY, KNOWN = 30, 10, 20
UNDER_WAY = 3
"""Seconds of traffic."""
LATE = 404
"""What Bolt answers where nobody acknowledged in time: no listener of its seems to want it."""
LONGEST = 30.0
"""Seconds until an answer that does not come counts as one that never will."""
SAMPLES = 60
"""Of a run, however long it is."""
SETTLED = 1 / 3
"""The first part of a run fills caches and pools; it is not compared."""


class Sample(Frozen):
    """What the process holds at one moment."""

    memory: float
    """KiB."""
    handles: int
    threads: int
    tasks: float
    sockets: int
    per_entry: float
    """Bytes of the database and its log for each entry."""


LIMITS = {"memory": 1.05, "handles": 1.1, "threads": 1.1, "tasks": 1.25, "sockets": 1.25, "per_entry": 1.1}
"""The last third against the middle one."""


@dataclass
class Traffic:
    """What arrives, and what became of it."""

    http: aiohttp.ClientSession
    bot: Process
    rate: int
    begun: int = 0
    """Seconds whose traffic was sent."""
    left_out: int = 0
    """Seconds whose traffic was not, because too much was under way."""
    presses: int = 0
    late: int = 0
    """Presses that were not acknowledged in time."""

    async def flow(self) -> None:
        began, second = time.monotonic(), 0
        running: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as group:
            while True:
                running = {task for task in running if not task.done()}
                if len(running) < UNDER_WAY:
                    self.begun += 1
                    running.add(group.create_task(self._second(second)))
                else:
                    self.left_out += 1
                second += 1
                await asyncio.sleep(max(began + second - time.monotonic(), 0))

    async def _second(self, second: int) -> None:
        presses = max(self.rate // 10, 1)
        if second % NEW_EVERY == 0:
            await self._tell(1000 + second, 0)
        for nth in range(self.rate - presses):
            await self._tell(nth % KNOWN, second * self.rate + nth + 1)
        for nth in range(presses):
            await self._press(second, nth, second * presses + nth)

    async def _press(self, second: int, nth: int, number: int) -> None:
        user, bug = stage.CROWD[(second + nth) % len(stage.CROWD)].id, 1 + (second + nth) % KNOWN
        body = stage.click(user, f"BUG-{bug} @1", number)
        self.presses += 1
        async with self.http.post(f"{self.bot.url}/slack/events", data=body, headers=stage.signed(body)) as answer:
            if answer.status == LATE:
                self.late += 1
            else:
                answer.raise_for_status()

    async def _tell(self, group: int, number: int) -> None:
        url = f"{self.bot.url}/hooks/bugsnag/{stage.TOKEN}"
        async with self.http.post(url, data=stage.alert(group, number)) as answer:
            answer.raise_for_status()

    def figures(self) -> list[Figure]:
        pace = Figure(
            name="pace",
            value=1 + self.left_out / self.begun,
            limit=1.05,
            unit="× the seconds whose traffic was taken",
            detail=f"[{self.begun} s of {self.rate}/s; {self.left_out} s left out]",
        )
        late = f"[{self.late} of {self.presses} presses]"
        share = 100 * self.late / max(self.presses, 1)
        return [pace, Figure(name="late acks", value=share, limit=0.1, unit="% of all presses", detail=late)]


async def soak(home: Path, minutes: float, rate: int) -> list[Figure]:
    async with (
        stage.slack() as slack,
        stage.running(OURS, home, slack.api_url) as bot,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=LONGEST)) as http,
    ):
        traffic = Traffic(http, bot, rate)
        load = asyncio.create_task(traffic.flow())
        try:
            samples = [await _sample_after(http, bot, home, minutes * 60 / SAMPLES) for _ in range(SAMPLES)]
        finally:
            load.cancel()
            with suppress(asyncio.CancelledError):
                await load
    return [*traffic.figures(), *(_figure(name, samples) for name in LIMITS)]


def _figure(name: str, samples: Sequence[Sample]) -> Figure:
    start = int(len(samples) * SETTLED)
    half = (len(samples) - start) // 2
    values = [float(getattr(sample, name)) for sample in samples]
    early, late = median(values[start : start + half]), median(values[-half:])
    detail = f"[{values[0]:.0f} at first, {early:.0f} in the middle, {late:.0f} at the end]"
    return Figure(name=name, value=late / early, limit=LIMITS[name], unit="× of the middle third", detail=detail)


async def _sample_after(http: aiohttp.ClientSession, bot: Process, home: Path, seconds: float) -> Sample:
    await asyncio.sleep(seconds)
    async with http.get(f"{bot.url}/metrics") as answer:
        lines = (await answer.text()).splitlines()
    proc = Path(f"/proc/{bot.pid}")
    handles = [_target(handle) for handle in (proc / "fd").iterdir()]
    return Sample(
        memory=bot.memory(),
        handles=len(handles),
        threads=len(list((proc / "task").iterdir())),
        tasks=next(float(line.split()[-1]) for line in lines if line.startswith("makegood_tasks ")),
        sockets=sum(target.startswith("socket:") for target in handles),
        per_entry=_bytes(home) / await _entries(home),
    )


def _target(handle: Path) -> str:
    try:
        return str(handle.readlink())
    except OSError:  # closed since it was listed
        return ""


def _bytes(home: Path) -> int:
    return sum(file.stat().st_size for file in home.glob("makegood.db*"))


async def _entries(home: Path) -> int:
    db = Database(f"sqlite+aiosqlite:///{home / 'makegood.db'}")
    try:
        async with db.read() as conn:
            return max(int((await conn.execute(select(func.count()).select_from(entries))).scalar_one()), 1)
    finally:
        await db.close()


def main(minutes: float, rate: int = RATE) -> int:
    with tempfile.TemporaryDirectory(prefix="makegood-soak") as home:
        figures = asyncio.run(soak(Path(home), minutes, rate))
    for figure in figures:
        sys.stdout.write(f"{figure}\n")
    return 0 if all(figure.held for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), *map(int, sys.argv[2:])))

"""Mixed traffic for as long as asked: memory, handles, tasks, connections and the file must not grow with time. `make soak MINUTES=30`.

Each second 26 repeats of known errors, 3 presses, and one look at the metrics; every ten seconds a new error.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
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

REPEATS, PRESSES, NEW_EVERY, KNOWN = 26, 3, 10, 20
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


async def soak(home: Path, minutes: float) -> list[Figure]:
    async with (
        stage.slack() as slack,
        stage.running(OURS, home, slack.api_url) as bot,
        aiohttp.ClientSession() as http,
    ):
        load = asyncio.create_task(_load(http, bot))
        try:
            samples = [await _sample_after(http, bot, home, minutes * 60 / SAMPLES) for _ in range(SAMPLES)]
        finally:
            load.cancel()
            with suppress(asyncio.CancelledError):
                await load
    return [_figure(name, samples) for name in LIMITS]


def _figure(name: str, samples: Sequence[Sample]) -> Figure:
    start = int(len(samples) * SETTLED)
    half = (len(samples) - start) // 2
    values = [float(getattr(sample, name)) for sample in samples]
    early, late = median(values[start : start + half]), median(values[-half:])
    detail = f"[{values[0]:.0f} at first, {early:.0f} in the middle, {late:.0f} at the end]"
    return Figure(name=name, value=late / early, limit=LIMITS[name], unit="× of the middle third", detail=detail)


async def _load(http: aiohttp.ClientSession, bot: Process) -> None:
    """One second after another, begun on time whether the one before is through or not."""
    began, second = time.monotonic(), 0
    async with asyncio.TaskGroup() as running:
        while True:
            running.create_task(_second(http, bot, second))
            second += 1
            await asyncio.sleep(max(began + second - time.monotonic(), 0))


async def _second(http: aiohttp.ClientSession, bot: Process, second: int) -> None:
    if second % NEW_EVERY == 0:
        await _tell(http, bot, 1000 + second, 0)
    for nth in range(REPEATS):
        await _tell(http, bot, nth % KNOWN, second * REPEATS + nth + 1)
    for nth in range(PRESSES):
        user, bug = stage.CROWD[(second + nth) % len(stage.CROWD)].id, 1 + (second + nth) % KNOWN
        body = stage.click(user, f"BUG-{bug} @1", second * PRESSES + nth)
        async with http.post(f"{bot.url}/slack/events", data=body, headers=stage.signed(body)) as answer:
            answer.raise_for_status()


async def _tell(http: aiohttp.ClientSession, bot: Process, group: int, number: int) -> None:
    async with http.post(f"{bot.url}/hooks/bugsnag/{stage.TOKEN}", data=stage.alert(group, number)) as answer:
        answer.raise_for_status()


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


def main(minutes: float) -> int:
    with tempfile.TemporaryDirectory(prefix="makegood-soak") as home:
        figures = asyncio.run(soak(Path(home), minutes))
    for figure in figures:
        sys.stdout.write(f"{figure}\n")
    return 0 if all(figure.held for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))

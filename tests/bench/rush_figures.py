"""Many people at once: the rate and the wait of twenty clients against an empty handler, and what a claim costs on two replicas."""

import asyncio
import itertools
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
from sqlalchemy import func, select

from bot.bug.errors import MakegoodError
from bot.ledger.db.engine import Database
from bot.ledger.db.tables import cursors
from tests.bench import crowd, stage
from tests.bench.figure import Figure
from tests.bench.fix_figures import postgres
from tests.bench.stage import OURS, Process, Times, baseline

CLIENTS, ROUNDS, SECONDS = 20, 3, 4.0
FEW, MANY = 20, 1000
"""Open bugs."""
WAITING = 500
"""Lines that wait for Slack while the many are claimed."""
RATE, WAIT = 0.4, 2.5
CLAIMS, WARMED, REPLICAS_COST = 450, 50, 1.15


async def rush(home: Path, database: str = "") -> list[Figure]:
    """Twenty clients, each with its next click as soon as the last one is acknowledged; with few and with many open bugs."""
    few = await _rushed(home / "few", database, FEW, 0)
    return [*few, *await _rushed(home / "many", database, MANY, WAITING)]


async def _rushed(home: Path, database: str, bugs: int, waiting: int) -> list[Figure]:
    url = database or f"sqlite+aiosqlite:///{home / 'ours' / 'makegood.db'}"
    (home / "ours").mkdir(parents=True)
    await crowd.fill(url, bugs, bugs)
    ours, empty = list[float](), list[float]()
    async with (
        stage.slack() as slack,
        stage.running(OURS, home / "ours", slack.api_url, url) as bot,
        stage.running(baseline("bolt"), home / "bolt", slack.api_url) as bolt,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http,
    ):
        turn = itertools.count()
        for number in range(1, waiting + 1):  # each makes a line, and Slack takes one a second
            await _click(http, bot, number, next(turn))
        await _must_wait(url, waiting)
        for nth in range(ROUNDS + 1):
            mine, theirs = await _clicked(http, bot, bugs, turn), await _clicked(http, bolt, bugs, turn)
            if nth:  # the first round warms both up
                ours += mine
                empty += theirs
    return _compared(f"{CLIENTS} clients, {bugs:,} open bugs, {waiting} lines waiting", ours, empty)


def _compared(name: str, ours: list[float], empty: list[float]) -> list[Figure]:
    a, b = (Times(all=tuple(sorted(times))) for times in (ours, empty))
    seconds = ROUNDS * SECONDS
    ways = {"ours": a, "empty": b}
    told = (f"{who} {len(x.all) / seconds:.0f}/s, p50 {x.p(50) * 1e3:.1f} ms" for who, x in ways.items())
    rates = f"[{'; '.join(told)}]"
    rate = Figure(name=f"{name}: rate", value=len(ours) / len(empty), limit=RATE, least=True, detail=rates)
    return [rate, Figure(name=f"{name}: ack, p50", value=a.p(50) / b.p(50), limit=WAIT, detail=rates)]


async def _clicked(http: aiohttp.ClientSession, process: Process, bugs: int, turn: Iterator[int]) -> list[float]:
    """How long each click took, of all that were acknowledged within the time."""
    end, took = time.perf_counter() + SECONDS, list[float]()

    async def client() -> None:
        while (began := time.perf_counter()) < end:
            number = next(turn)
            await _click(http, process, 1 + number % bugs, number)
            took.append(time.perf_counter() - began)

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return took


async def _click(http: aiohttp.ClientSession, process: Process, bug: int, number: int) -> None:
    body = stage.click(stage.CROWD[number % len(stage.CROWD)].id, f"BUG-{bug} @{crowd.ENTRIES}", number)
    async with http.post(f"{process.url}/slack/events", data=body, headers=stage.signed(body)) as answer:
        if answer.status != 200:
            raise MakegoodError(f"a click was answered {answer.status}")


async def _must_wait(url: str, lines: int) -> None:
    """So that the figure is of what its name says."""
    if not lines:
        return
    db = Database(url)
    try:
        async with db.read() as conn:
            query = select(func.count()).where(cursors.c.sink == "thread", cursors.c.due.is_not(None))
            found = int((await conn.execute(query)).scalar_one())
    finally:
        await db.close()
    if found < lines * 0.8:
        raise MakegoodError(f"only {found} lines wait for Slack, not {lines}")


async def replicas(home: Path, database: str = "") -> list[Figure]:
    """The processor's seconds for a claim: of two processes on one PostgreSQL, against one that does it all."""
    with postgres(home / "one-server", database) as one, postgres(home / "two-server", database) as two:
        alone, rests = await _cost(home / "one", one, 1)
        shared, rest = await _cost(home / "two", two, 2)
    detail = (
        f"[one {alone * 1e3:.2f} ms, two {shared * 1e3:.2f} ms of processor time a claim; "
        f"while the lines wait for Slack {rests * 100:.1f} % and {rest * 100:.1f} % of a processor]"
    )
    name = "a claim on two replicas, PostgreSQL: processor time"
    return [Figure(name=name, value=shared / alone, limit=REPLICAS_COST, unit="× one replica's", detail=detail)]


async def _cost(home: Path, url: str, count: int) -> tuple[float, float]:
    """Of all processes together: seconds for each claim, and in each second in which their lines wait for Slack, which is taken off."""
    await crowd.fill(url, CLAIMS, CLAIMS)
    async with stage.slack() as slack, AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())
        running = stage.running
        bots = [
            await stack.enter_async_context(running(OURS, home / str(nth), slack.api_url, url)) for nth in range(count)
        ]
        for number in range(1, WARMED + 1):
            await _click(http, bots[number % count], number, number)
        before, began = _used(bots), time.perf_counter()
        for number in range(WARMED + 1, CLAIMS + 1):
            await _click(http, bots[number % count], number, number)
        used, took = _used(bots) - before, time.perf_counter() - began
        rest = await _at_rest(bots)
        return (used - rest * took) / (CLAIMS - WARMED), rest


async def _at_rest(bots: list[Process], seconds: float = 8.0) -> float:
    """Processor seconds of one second in which nobody presses anything."""
    await asyncio.sleep(1)
    before = _used(bots)
    await asyncio.sleep(seconds)
    return (_used(bots) - before) / seconds


def _used(bots: list[Process]) -> float:
    """Processor seconds since they started."""
    return sum(bot.used() for bot in bots)

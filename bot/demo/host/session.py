"""One command on the sandbox's host: a real /bin/sh, its three streams carried over SSH, with the faults asked for."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping
from pathlib import Path

import asyncssh

from bot.demo.host.faults import Faults, Point

CHUNK = 64 * 1024
GONE = (asyncssh.Error, ConnectionError)


class Session:
    """Like sshd: the command is the leader of its own session, and outlives a connection that is cut."""

    def __init__(self, process: "asyncssh.SSHServerProcess[bytes]", faults: Faults) -> None:
        self._ssh = process
        self._faults = faults
        self._heard = False
        self._shell: asyncio.subprocess.Process | None = None

    async def run(self, command: str, *, directory: Path, environment: Mapping[str, str]) -> None:
        if not await self._passes("session"):
            return
        pipe = asyncio.subprocess.PIPE
        self._shell = shell = await asyncio.create_subprocess_exec(
            "/bin/sh",
            "-c",
            command,
            cwd=directory,
            env=dict(environment),
            start_new_session=True,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
        )
        typing = asyncio.create_task(self._carry_input(shell))
        try:
            await asyncio.gather(
                self._carry_output(shell.stdout, self._ssh.stdout), self._carry_output(shell.stderr, self._ssh.stderr)
            )
            status = await shell.wait()
        finally:
            typing.cancel()
            await asyncio.gather(typing, return_exceptions=True)
        if await self._passes("exit"):
            self._report(status)

    def end(self) -> None:
        """Ends whatever still runs in the command's session."""
        if self._shell is not None and self._shell.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._shell.pid, signal.SIGTERM)

    def _report(self, status: int) -> None:
        with contextlib.suppress(*GONE):
            if status < 0:
                self._ssh.exit_with_signal(signal.Signals(-status).name.removeprefix("SIG"))
            else:
                self._ssh.exit(status)

    async def _carry_input(self, shell: asyncio.subprocess.Process) -> None:
        if shell.stdin is None:
            return
        with contextlib.suppress(*GONE):
            while chunk := await self._ssh.stdin.read(CHUNK):
                if not self._heard and not await self._passes("input_lost"):
                    break
                shell.stdin.write(chunk)
                await shell.stdin.drain()
                if not self._heard and not await self._passes("input"):
                    break
                self._heard = True
        shell.stdin.close()

    async def _carry_output(self, source: asyncio.StreamReader | None, sink: "asyncssh.SSHWriter[bytes]") -> None:
        connected, first = True, True
        while source is not None and (chunk := await source.read(CHUNK)):
            point: Point = "output" if self._heard else "first_output"
            if first or point == "output":
                connected = connected and await self._passes(point)
            first = False
            connected = connected and await _send(sink, chunk)

    async def _passes(self, point: Point) -> bool:
        """False where a fault has struck and nothing more gets through."""
        fault = self._faults.take(point)
        if fault is None:
            return True
        if fault.kind == "drop":
            self._ssh.channel.get_connection().abort()
        elif fault.kind == "refuse":
            self._ssh.stderr.write(b"This account is currently not available.\n")
            self._ssh.exit(1)
        else:
            await self._ssh.wait_closed()
        return False


async def _send(sink: "asyncssh.SSHWriter[bytes]", chunk: bytes) -> bool:
    try:
        sink.write(chunk)
        await sink.drain()
    except GONE:
        return False  # the client has gone; the command's output is read on, so that it ends by itself
    return True

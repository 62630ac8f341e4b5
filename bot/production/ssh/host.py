"""Runs one command on one host: connect, launch, start, follow, end. At each step it knows what a cut-off means."""

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

import asyncssh

from bot.bug.errors import Doubtful, Unavailable
from bot.production.ssh.output import Output, clean
from bot.production.ssh.trust import OTHER_KINDS, known_keys, read_known, split
from bot.production.ssh.wire import (
    Ending,
    Left,
    Ready,
    WireOutput,
    ending,
    go,
    launcher,
    probing,
    read_ready,
    read_said,
)
from bot.production.targets import SshTarget

CHUNK = 64 * 1024
NOISE = 64 * 1024
"""Most bytes that a login may print before the launcher speaks."""
PATIENCE = 10.0
"""Seconds for an answer that needs no work: the launcher's, the end of a group."""
LOST = (asyncssh.Error, OSError)


class State(StrEnum):
    DONE = "done"
    FAILED = "failed"
    ENDED = "ended by us"
    NOT_STARTED = "not started"
    LATE = "too late"
    UNKNOWN = "unknown"

    @property
    def touched(self) -> bool:
        """Production may have changed on this host."""
        return self not in {State.NOT_STARTED, State.LATE}


@dataclass(frozen=True, kw_only=True)
class Result:
    """How it went on one host; `said` is a sentence without output, fit for the thread."""

    host: str
    state: State
    said: str
    output: str = ""
    group: int = 0
    """The process group on the host; 0 where nothing was brought up."""

    @property
    def sentence(self) -> str:
        return self.said if self.said.startswith(self.host) else f"{self.host} {self.said}."

    def tidied(self, tidy: Callable[[str], str]) -> "Result":
        """Without what `tidy` takes out of the host's own words."""
        return replace(self, said=tidy(self.said), output=tidy(self.output))


class Waiting:
    """A launcher that is up on a host and has not been told to start. Nothing is run until `start` is called."""

    def __init__(self, target: SshTarget, host: str, connection: asyncssh.SSHClientConnection) -> None:
        self.host = host
        self.output = Output()
        self.ready = Ready(group=0, now=0)
        self._target = target
        self._connection = connection
        self._nonce = secrets.token_hex(8)
        self._ending = Ending(self._nonce)
        self._process: asyncssh.SSHClientProcess[bytes]
        self._ready_at = datetime.now(UTC)

    async def bring_up(self) -> None:
        """Raises Unavailable where the launcher does not come up."""
        try:
            async with asyncio.timeout(self._target.connect_timeout):
                self._process = await self._connection.create_process(
                    launcher(self._nonce), encoding=None, stderr=asyncssh.STDOUT
                )
                self.ready = await self._hear_ready()
        except LOST as error:
            raise Unavailable(f"{self.host} went silent before the start. Nothing was run there.") from error
        self._ready_at = datetime.now(UTC)

    async def start(self, command: str, *, deadline: datetime, timeout: float, cancelled: asyncio.Event) -> Result:  # noqa: ASYNC109 - what the action allows the command, enforced by ending its group
        """Tells the launcher to start and follows the command to its end."""
        if cancelled.is_set():
            return self._result(State.NOT_STARTED, "was not started, the run was cancelled")
        left = int((deadline - self._ready_at).total_seconds())
        if left < 1 or datetime.now(UTC) >= deadline:
            return self._result(State.LATE, "was not started, the time to start was over")
        if self._connection.is_closed():
            return self._result(State.NOT_STARTED, "was not started, the connection was lost before")
        try:
            said = await self._go(go(command, until=self.ready.now + left - 1))
        except Doubtful as error:
            return self._result(State.UNKNOWN, str(error))
        if said is WireOutput.LATE:
            return self._result(State.LATE, "did not start it, by its own clock the time to start was over")
        return await self._follow(timeout, cancelled)

    async def close(self) -> None:
        await hang_up(self._connection)

    async def _hear_ready(self) -> Ready:
        seen = b""
        while (ready := read_ready(seen, self._nonce)) is None:
            chunk = await self._process.stdout.read(CHUNK)
            seen += chunk
            if not chunk or len(seen) > NOISE:
                why = clean(seen[-300:]).strip()
                raise Unavailable(
                    f"{self.host} can't run commands for us{f', it says: {why}' if why else ''}. Nothing was run there."
                )
        return ready

    async def _go(self, order: bytes) -> WireOutput:
        doubt = "lost the connection around the start, it may or may not have run"
        try:
            async with asyncio.timeout(PATIENCE):
                self._process.stdin.write(order)
                self._process.stdin.write_eof()
                said = read_said(await self._process.stdout.readline(), self._nonce)
        except LOST as error:
            raise Doubtful(doubt) from error
        if said is None:
            raise Doubtful(doubt)
        return said

    async def _follow(self, timeout: float, cancelled: asyncio.Event) -> Result:  # noqa: ASYNC109 - see start
        reading, stop = asyncio.create_task(self._read()), asyncio.create_task(cancelled.wait())
        try:
            await asyncio.wait({reading, stop}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                return self._ended()
            why = "as somebody cancelled the run" if stop.done() else f"as it had not finished within {timeout:g} s"
            return await self._end_group(reading, why)
        finally:
            for task in (reading, stop):
                task.cancel()
            await asyncio.gather(reading, stop, return_exceptions=True)

    async def _read(self) -> None:
        """Until the launcher says that the command has ended: a service that it started may hold the output open for ever."""
        with contextlib.suppress(*LOST):  # a cut connection shows as an end that was never said
            while self._ending.status is None and (chunk := await self._process.stdout.read(CHUNK)):
                self.output.feed(self._ending.feed(chunk))
        self.output.feed(self._ending.rest())

    def _ended(self) -> Result:
        status = self._ending.status
        if status is None:
            return self._result(State.UNKNOWN, "lost the connection while it ran, it may have finished or not")
        if status == 0:
            return self._result(State.DONE, "has run it")
        return self._result(State.FAILED, f"ended with status {status}")

    async def _end_group(self, reading: "asyncio.Task[None]", why: str) -> Result:
        how = await self._say_end()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(reading), PATIENCE)
        if reading.done() and how == "gone" and self._ending.status == 0:
            return self._result(State.DONE, "has run it, just before it would have been ended")
        words = {
            "gone": "had ended by itself when it was to be ended",
            "ended": "was ended",
            "killed": "was killed, it did not end when asked",
        }
        if how not in words or not reading.done():
            lost = f"was to be ended, {why}, but it may still be running there as process group {self.ready.group}"
            return self._result(State.UNKNOWN, lost)
        return self._result(State.ENDED, f"{words[how]}, {why}; what it had done until then stays done")

    async def _say_end(self) -> str:
        """Over a second channel; over a second connection where the first one carries none."""
        order = ending(self.ready.group)
        for lookup in (self._same_connection, self._new_connection):
            with contextlib.suppress(*LOST, Unavailable):
                async with asyncio.timeout(PATIENCE):
                    return await lookup(order)
        return "unknown"

    async def _same_connection(self, order: str) -> str:
        return str((await self._connection.run(order, check=False)).stdout).strip()

    async def _new_connection(self, order: str) -> str:
        connection = await connect(self._target, self.host)
        try:
            return str((await connection.run(order, check=False)).stdout).strip()
        finally:
            await hang_up(connection)

    def _result(self, state: State, said: str) -> Result:
        return Result(host=self.host, state=state, said=said, output=self.output.text(), group=self.ready.group)


async def connect(target: SshTarget, host: str) -> asyncssh.SSHClientConnection:
    """Raises Unavailable with what to do; no agent, no configuration files, and a key that is known."""
    name, port = split(host)
    known = read_known(target.known_hosts)
    try:
        return await asyncssh.connect(
            name,
            port,
            username=target.user,
            client_keys=[str(target.key)],
            passphrase=target.passphrase.get_secret_value() if target.passphrase else None,
            known_hosts=asyncssh.import_known_hosts(known),
            server_host_key_algs=OTHER_KINDS,
            config=None,
            agent_path=None,
            preferred_auth="publickey",
            connect_timeout=target.connect_timeout,
            login_timeout=target.connect_timeout,
            keepalive_interval=5,
            keepalive_count_max=3,
        )
    except (asyncssh.Error, OSError, ValueError) as error:
        raise Unavailable(_why(error, target, host, known=bool(known_keys(known, name, port)))) from error


async def hang_up(connection: asyncssh.SSHClientConnection) -> None:
    connection.close()
    try:
        async with asyncio.timeout(PATIENCE):
            await connection.wait_closed()
    except LOST:
        connection.abort()


def _why(error: Exception, target: SshTarget, host: str, *, known: bool) -> str:
    end = "Nothing was run there."
    if isinstance(error, asyncssh.HostKeyNotVerifiable | asyncssh.KeyExchangeFailed):
        trust = f"`makegood targets trust {target.name}`"
        if known:
            return (
                f"{host} shows another key than the one in known_hosts: it was reinstalled, or somebody stands in between. "
                f"{end} Ask who runs it before {trust}."
            )
        return f"{host} is not known yet. {end} {trust} shows its fingerprint and writes it down."
    if isinstance(error, asyncssh.PermissionDenied):
        return f"{host} did not let {target.user} in. {end} Check the user and the key of target {target.name}."
    if isinstance(error, asyncssh.KeyImportError | asyncssh.KeyEncryptionError | FileNotFoundError | PermissionError):
        return f"The key of target {target.name} can't be used: {error}. {end}"
    return f"{host} can't be reached ({str(error) or 'no answer in time'}). {end}"


async def left_of(target: SshTarget, host: str, group: int) -> Left:
    """What is still there of a command; raises Unavailable where the host can't be asked."""
    connection = await connect(target, host)
    try:
        async with asyncio.timeout(PATIENCE):
            said = str((await connection.run(probing(group), check=False)).stdout).split()
            return Left(said[-1])
    except (*LOST, IndexError, ValueError) as error:
        raise Unavailable(f"{host} went silent when it was asked what still runs.") from error
    finally:
        await hang_up(connection)

"""Runs one command on all hosts of a target: prepares all of them, then runs one after another or all at once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Literal

from pydantic import Field

from bot.bug.errors import Refused, Unavailable
from bot.bug.values import Frozen
from bot.production.runtime import Watch
from bot.production.ssh.host import Result, State, Waiting, connect, hang_up
from bot.production.ssh.template import Command
from bot.production.targets import SshTarget

TELL_EVERY = 0.5
LINE = 200
"""Most characters of a host's line while the command runs."""

Begin = Callable[[], Awaitable[None]]
"""The watch's, with what finds the run again."""


@dataclass(frozen=True, kw_only=True)
class FleetPlan:
    """What an approval is bound to. "stop": one host after another, until one fails; "go on": all at once, each to its end."""

    hosts: tuple[str, ...]
    command: Command
    timeout: float
    on_failure: Literal["stop", "go on"]


class Trace(Frozen):
    """What finds a run again, and what was so before it."""

    hosts: Mapping[str, int]
    """Each host with the process group of the command."""
    before: Mapping[str, bool] = Field(default_factory=dict)
    """Whether the check passed there before the start; a host that is missing could not be asked, or there is no check."""

    @classmethod
    def read(cls, image: bytes | None) -> "Trace | None":
        return cls.model_validate_json(image) if image else None

    def image(self) -> bytes:
        return self.model_dump_json().encode()


async def carry_out(
    target: SshTarget,
    plan: FleetPlan,
    *,
    deadline: datetime,
    watch: Watch,
    tidy: Callable[[str], str],
    before: Mapping[str, bool] | None = None,
) -> tuple[Result, ...]:
    """A result for each host, in their order. With "stop", a host that is not ready keeps the command from all of them."""
    ready = await asyncio.gather(*(_bring_up(target, host) for host in plan.hosts))
    waiting = [host for host in ready if isinstance(host, Waiting)]
    try:
        missing = [host for host in ready if isinstance(host, Result)]
        if not waiting or (missing and plan.on_failure == "stop"):
            return tuple(_spared(host, missing) if isinstance(host, Waiting) else host for host in ready)
        groups = {host.host: host.ready.group for host in waiting}
        begin = partial(watch.begin, Trace(hosts=groups, before=before or {}).image())
        async with _telling(waiting, watch, tidy):
            ran = await _run(waiting, plan, deadline, begin, watch.cancelled)
        return tuple(ran[host.host] if isinstance(host, Waiting) else host for host in ready)
    finally:
        await asyncio.gather(*(host.close() for host in waiting))


async def _bring_up(target: SshTarget, host: str) -> Waiting | Result:
    try:
        connection = await connect(target, host)
        waiting = Waiting(target, host, connection)
        try:
            await waiting.bring_up()
        except BaseException:  # also a cancelled run must not leave a connection behind
            await hang_up(connection)
            raise
    except Unavailable as error:
        return Result(host=host, state=State.NOT_STARTED, said=str(error))
    return waiting


def _spared(host: Waiting, missing: Sequence[Result]) -> Result:
    names = ", ".join(other.host for other in missing)
    return Result(host=host.host, state=State.NOT_STARTED, said=f"was not started, as {names} was not ready")


async def _run(
    waiting: Sequence[Waiting], plan: FleetPlan, deadline: datetime, begin: Begin, cancelled: asyncio.Event
) -> dict[str, Result]:
    def start(host: Waiting) -> asyncio.Future[Result]:
        line = plan.command.line
        return asyncio.ensure_future(host.start(line, deadline=deadline, timeout=plan.timeout, cancelled=cancelled))

    if plan.on_failure == "go on":
        return await _begun(waiting, begin) or {r.host: r for r in await asyncio.gather(*map(start, waiting))}
    results: dict[str, Result] = {}
    for nth, host in enumerate(waiting):
        # asked for each: whoever stood still after the first may have been taken for cut off
        if late := await _begun(waiting[nth:], begin):
            return results | late
        results[host.host] = await start(host)
        if results[host.host].state is not State.DONE:
            said = f"was not started, as {host.host} came first"
            return results | _none(waiting[nth + 1 :], State.NOT_STARTED, said)
    return results


async def _begun(hosts: Sequence[Waiting], begin: Begin) -> dict[str, Result]:
    """What stands against it, for each host; nothing where it may begin."""
    try:
        await begin()
    except Refused as error:
        why = str(error).rstrip(".")
        return _none(hosts, State.LATE, f"was not started: {why[:1].lower()}{why[1:]}")
    return {}


def _none(hosts: Sequence[Waiting], state: State, said: str) -> dict[str, Result]:
    return {host.host: Result(host=host.host, state=state, said=said) for host in hosts}


@asynccontextmanager
async def _telling(waiting: Sequence[Waiting], watch: Watch, tidy: Callable[[str], str]) -> AsyncIterator[None]:
    """Passes the newest line of each host on while it changes, and the last ones at the end."""
    told = ""

    async def tell() -> None:
        nonlocal told
        lines = ((host.host, tidy(host.output.last_line())[:LINE]) for host in waiting)
        text = "\n".join(f"{host}: {line}" for host, line in lines if line)
        if text != told:
            told = text
            await watch.progress(text)

    async def keep_telling() -> None:
        while True:
            await asyncio.sleep(TELL_EVERY)
            await tell()

    task = asyncio.create_task(keep_telling())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)  # a line that could not be shown ends no run
    await tell()

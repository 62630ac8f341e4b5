"""Bounded faults of an HTTP service, shared by the board and the till: before the work, after it, or no answer at all."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from aiohttp import web

Answer = Callable[[], Awaitable[web.Response]]
WORK_IS_DONE = frozenset({"after_500", "after_hang", "drop_after"})
KINDS = WORK_IS_DONE | {"429", "500", "hang"}
ANY = "*"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """`call` is "METHOD /path" as the service's table has it, or "*"."""

    kind: str
    call: str
    times: int


class Faults:
    """Each is asked for, strikes a number of times, and is gone."""

    def __init__(self) -> None:
        self._pending: list[Fault] = []

    def add(self, kind: str, call: str = ANY, *, times: int = 1) -> None:
        if kind not in KINDS:
            raise ValueError(f"no such fault: {kind!r}; there are {sorted(KINDS)}")
        if call != ANY and " /" not in call:
            raise ValueError(f"no call: {call!r}; as in {'POST /v1/customers'!r}")
        self._pending.append(Fault(kind=kind, call=call, times=times))

    def take(self, call: str) -> Fault | None:
        for index, fault in enumerate(self._pending):
            if fault.call in (ANY, call):
                left = replace(fault, times=fault.times - 1)
                self._pending[index : index + 1] = [left] if left.times else []
                return fault
        return None


async def strike(request: web.Request, fault: Fault, work: Answer, broken: Answer) -> web.StreamResponse:
    """`work` makes the true answer, `broken` the service's own 500; a 429 is the service's own affair."""
    if fault.kind in WORK_IS_DONE:
        await work()
    if fault.kind in {"500", "after_500"}:
        return await broken()
    if fault.kind == "drop_after":
        _hang_up(request)
    await gone(request)
    return web.Response(status=499)


async def gone(request: web.Request) -> None:
    """Returns when the caller has given up waiting."""
    while request.transport is not None and not request.transport.is_closing():  # noqa: ASYNC110 - aiohttp tells of a lost caller only when asked
        await asyncio.sleep(0.01)


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.close()

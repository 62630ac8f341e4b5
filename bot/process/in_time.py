"""Stops calls to other systems once the time of this task's lease is over: by then another process may do its work."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from bot.bug.errors import Unavailable

Limit = Callable[[], float | None]
"""The loop's time at which the work ends; None: it has no end."""

_limit: ContextVar[Limit | None] = ContextVar("limit", default=None)


@contextmanager
def working_until(limit: Limit) -> Iterator[None]:
    """What is called inside, and the tasks that it begins, work until then."""
    token = _limit.set(limit)
    try:
        yield
    finally:
        _limit.reset(token)


def must_be_in_time() -> None:
    """Call it right before something goes out. Raises Unavailable where somebody else may be at this work by now.

    A process that stood still cancels its late work when it next waits; what it does before that, only this holds back.
    """
    limit = _limit.get()
    end = limit() if limit else None
    if end is not None and asyncio.get_running_loop().time() >= end:
        raise Unavailable("This process stood still for too long; nothing was sent, and whoever took over goes on.")

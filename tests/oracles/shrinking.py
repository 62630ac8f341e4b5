"""Makes a failing case smaller for a minute, not for five, and judges none twice."""

import time
from collections.abc import Callable
from types import TracebackType

from tests.oracles.drawn.shapes import Case

_LONGEST = 60.0
Judge = Callable[[Case], None]


def shrinking(judge: Judge) -> Judge:
    """A judge that after the minute lets everything pass but what has failed before, so that hypothesis ends."""
    failed: dict[str, tuple[Exception, TracebackType | None]] = {}
    until = [0.0]

    def judging(case: Case) -> None:
        if known := failed.get(repr(case)):
            raise known[0].with_traceback(known[1])  # by which hypothesis knows it again
        if failed and time.monotonic() > until[0]:
            return
        try:
            judge(case)
        except Exception as error:  # whatever it is, the case that made it is what counts
            until[0] = until[0] or time.monotonic() + _LONGEST
            failed[repr(case)] = error, error.__traceback__
            raise

    return judging

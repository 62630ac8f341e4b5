"""Measures elapsed time by a clock that nobody sets, because the machine's clock may jump either way."""

import time
from functools import cache
from pathlib import Path

from pydantic import Field

from bot.bug.values import Frozen

_BOOT = Path("/proc/sys/kernel/random/boot_id")


class Instant(Frozen):
    """A moment of one machine since it was started; kept with a run, so that another process can tell how long ago it was."""

    boot: str = ""
    ticks: float = Field(default=0.0)

    @classmethod
    def now(cls) -> "Instant":
        return cls(boot=_boot(), ticks=_ticks())

    def ago(self) -> float | None:
        """Seconds; None where nobody can tell: another machine, or this one was started again."""
        return _ticks() - self.ticks if self.boot and self.boot == _boot() else None


def _ticks() -> float:
    """Goes on while the machine sleeps, where the system can tell."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


@cache
def _boot() -> str:
    try:
        return _BOOT.read_text().strip()
    except OSError:  # not a Linux: nobody can tell
        return ""

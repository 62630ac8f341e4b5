"""A clock that never goes back, for what one process owns, whatever somebody sets the machine's clock to."""

import math
from collections.abc import Callable

SET_BACK = 2.0
"""Seconds; clocks are corrected by less all the time."""


class Steady:
    """Goes on from where it was when `clock` is set back; `lost` is how far that was, all in all."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock, self.lost = clock, 0.0
        self._last = clock()
        self._minded = -math.inf

    def __call__(self) -> float:
        now = self.clock()
        self.lost += max(self._last - now, 0.0)
        self._last = now
        return now + self.lost

    def set_back(self) -> float:
        """Seconds by which it was set back since `minded`; endless before the first, for nobody knows what was before us.

        0 for less than clocks are corrected by all the time.
        """
        self()
        by = self.lost - self._minded
        return by if by > SET_BACK else 0.0

    def minded(self) -> None:
        """What was to follow from it is done."""
        self._minded = self.lost

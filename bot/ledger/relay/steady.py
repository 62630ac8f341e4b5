"""A clock that never goes back, for what one process owns, whatever somebody sets the machine's clock to."""

from collections.abc import Callable


class Steady:
    """Goes on from where it was when `clock` is set back; `lost` is how far that was, all in all."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock, self.lost = clock, 0.0
        self._last = clock()

    def __call__(self) -> float:
        now = self.clock()
        self.lost += max(self._last - now, 0.0)
        self._last = now
        return now + self.lost

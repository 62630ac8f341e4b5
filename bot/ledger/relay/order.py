"""Keeps the order in which sinks are served where not all can be: the older and the more urgent work comes first."""

from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from bot.ledger.relay.steady import Steady


@dataclass(frozen=True, slots=True)
class Look:
    """A look at what is due, as it began."""

    below: Mapping[str, int]
    """By the sinks that wait for what is scarce: the rank below which they may try all the same."""
    left: int
    """How often work had been left to a look."""


class Order:
    """Of one process. `sinks`: those that it serves."""

    def __init__(self, sinks: Iterable[str], steady: Steady) -> None:
        self._steady = steady
        self._scarce: dict[str, tuple[float, int]] = {}
        """Sinks that met TooSoon: until when, and from which rank on they wait."""
        # what a process before this one left is seen by the first look
        self._behind = dict.fromkeys(sinks, 0)
        """Sinks for which older work may be due, which comes before what is written now -> how much had been left to a look."""
        self._sinks = frozenset(self._behind)
        self._left = 0
        """How often work was left to a look."""

    @property
    def kept(self) -> AbstractSet[str]:
        """Sinks whose new work waits for a look, since what is due already, or waits for what is scarce, comes first."""
        return self._below().keys() | self._behind.keys()

    def may(self, sink: str, rank: int) -> bool:
        """Whether work of this rank is urgent enough for what is scarce."""
        return rank < self._below().get(sink, rank + 1)

    def soonest(self, most: float) -> float:
        """Seconds until something is not scarce any more; `most` where nothing is scarce."""
        now = self._steady()
        return min((until - now for until, _ in self._scarce.values() if until > now), default=most)

    def leave(self, sinks: Collection[str]) -> None:
        """Something of theirs is due, and nobody serves it yet: what is written from now on comes after it."""
        self._left += 1
        self._behind |= {sink: self._left for sink in sinks if sink in self._sinks}

    def met(self, sink: str, rank: int, wait: float) -> None:
        """Work of this rank met a limit that holds for `wait` seconds: it is left to a look, and so is what is not more urgent."""
        # the most urgent rank that met the limit: only what is more urgent than that may still try
        urgent = min(rank, self._below().get(sink, rank))
        self._scarce[sink] = (self._steady() + wait, urgent)
        self.leave((sink,))

    def look(self) -> Look:
        return Look(below=self._below(), left=self._left)

    def seen(self, look: Look, whole: AbstractSet[str]) -> None:
        """This look found all that was due for the sinks in `whole`."""
        # of what is scarce the look saw a part; what was left to a look since this one began it may not have seen
        seen = whole - look.below.keys()
        self._behind = {sink: at for sink, at in self._behind.items() if sink not in seen or at > look.left}

    def _below(self) -> dict[str, int]:
        """What is scarce is left to whatever is more urgent than what had to wait."""
        now = self._steady()
        self._scarce = {name: wait for name, wait in self._scarce.items() if wait[0] > now}
        return {name: rank for name, (_, rank) in self._scarce.items()}

"""The numbers of one bug that its retro and its month share. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.bug.bug import Bug
from bot.bug.course.course import CameBack, Fixed
from bot.bug.course.ownership import Claimed
from bot.bug.event import EntryLike, Event
from bot.bug.retro.model import Times


def times(trail: Sequence[EntryLike], bug: Bug, began: datetime) -> Times:
    """Seconds since it began."""

    def since(*moments: datetime | None) -> float | None:
        """To the first of them that there is."""
        first = min((m for m in moments if m), default=None)
        return (first - began).total_seconds() if first else None

    waits = [(c.told_at - c.since).total_seconds() for c in bug.customers if c.told_at]
    return Times(
        claim=since(first_of(trail, Claimed)),
        answer=since(*(c.answered_at for c in bug.customers)),
        fix=since(first_of(trail, Fixed)),
        tell=since(*(c.told_at for c in bug.customers)),
        open=since(bug.closed_at),
        wait=max(waits, default=None),
    )


def first_of(trail: Iterable[EntryLike], kind: type[Event]) -> datetime | None:
    """When an entry of this kind was written first."""
    return next((x.at for x in trail if isinstance(x.event, kind)), None)


def came_back(trail: Iterable[EntryLike]) -> int:
    """How often the error was seen again after it was thought to be gone."""
    return sum(isinstance(x.event, CameBack) for x in trail)

"""What one bug adds to a week or a month, from its state and the few entries that the state does not keep. Pure.

A retro computes the same numbers by the same functions; it reads the whole trail because it tells it, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from bot.bug.bug import Bug, Debt, Status
from bot.bug.course.course import CameBack, Fixed
from bot.bug.course.ownership import Claimed
from bot.bug.customers.customers import AccountSeen, CustomerPresence, CustomerWrote
from bot.bug.event import EntryLike, Event
from bot.bug.fixes.fix import RunState
from bot.bug.gifts.gifts import Granted, GrantUndone, NotGranted
from bot.bug.retro.figures import came_back, times
from bot.bug.retro.model import Gift, Times
from bot.bug.retro.people import Fared, fared, gifts
from bot.bug.retro.shares import began_at
from bot.bug.values import BugRef

COUNTED: frozenset[type[Event]] = frozenset(
    {Claimed, Fixed, CameBack, CustomerWrote, CustomerPresence, AccountSeen, Granted, GrantUndone, NotGranted}
)
"""The kinds of entries that the numbers need beside the bug's state."""
NEVER = datetime.min.replace(tzinfo=UTC)


class Ran(Protocol):
    """A fix, as far as it is counted."""

    @property
    def action(self) -> str: ...
    @property
    def state(self) -> RunState: ...
    @property
    def undo_of(self) -> int | None: ...


class Counted(Protocol):
    """A bug, as far as it is counted: a tally, or a whole retro."""

    @property
    def bug(self) -> BugRef: ...
    @property
    def status(self) -> Status: ...
    @property
    def began_at(self) -> datetime: ...
    @property
    def times(self) -> Times: ...
    @property
    def fixes(self) -> Sequence[Ran]: ...
    @property
    def gifts(self) -> Sequence[Gift]: ...
    @property
    def customers(self) -> "Sequence[Fared]": ...
    @property
    def debt(self) -> Debt | None: ...
    @property
    def came_back(self) -> int: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    bug: BugRef
    status: Status
    began_at: datetime
    times: Times
    fixes: Sequence[Ran]
    gifts: Sequence[Gift]
    customers: Sequence[Fared]
    debt: Debt | None
    came_back: int


def tally(entries: Sequence[EntryLike], bug: Bug) -> Tally:
    """`entries`: at least all of the COUNTED kinds, in order."""
    began = began_at(bug) or NEVER
    return Tally(
        bug=bug.ref,
        status=bug.status,
        began_at=began,
        times=times(entries, bug, began),
        fixes=bug.fixes,
        gifts=gifts(entries, bug),
        customers=tuple(fared(entries, customer) for customer in bug.customers),
        debt=bug.debt,
        came_back=came_back(entries),
    )

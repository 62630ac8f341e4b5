"""The base of an entry: its kind, when it may happen (`MOVES`), what it changes (`apply`), and its sentence for people (`line`).

A decision is what a person wants, and may be refused. An outcome is a fact about the world: it is always recorded, and it
moves the bug's life only where a move fits. Fields marked PRIVATE are kept in a deletable row.
"""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, ClassVar, NamedTuple, Protocol

from pydantic import Field

from bot.bug.bug import Bug, Status
from bot.bug.errors import Refused
from bot.bug.values import PRIVATE, Actor, BugRef, CustomerHint, Frozen
from bot.bug.words import Foreign, Part, Words
from bot.text import plural

Text = Annotated[str, PRIVATE]
Texts = Annotated[Mapping[str, str], PRIVATE]
Hint = Annotated[CustomerHint, PRIVATE]

OPEN, CLAIMED, FIXED, OWED, CLOSED, DISMISSED, MERGED = Status
STAY = None
WORKING = (OPEN, CLAIMED)
ALIVE = (OPEN, CLAIMED, FIXED, OWED)
ENDED = (CLOSED, DISMISSED)
ANY = (*ALIVE, *ENDED)


class Move(NamedTuple):
    """One allowed move: from which states, to which one (STAY: it remains), and why."""

    frm: tuple[Status, ...]
    to: Status | None
    why: str


class Keep(StrEnum):
    """By which rule of `[retention]` the private half of an entry is deleted."""

    ROWS = "rows"
    """Rows of production, sealed or shown: as long as a run can be undone."""
    SECRETS = "secrets"
    """Secrets of a preview with which nobody went on."""


class Retention(Frozen):
    """`[retention]`: how long each of these is kept, from when it is written."""

    rows_days: int = Field(default=30, ge=1, le=365)
    """Rows of production, before and after a run; so long it can be undone."""
    secrets_hours: int = Field(default=24, ge=1, le=168)
    """The secrets of a preview with which nobody went on."""

    @property
    def said(self) -> str:
        rows, secrets = plural(self.rows_days, "day"), plural(self.secrets_hours, "hour")
        return f"rows of production are deleted after {rows}, secrets of previews after {secrets}"

    def span(self, keep: Keep) -> timedelta:
        return timedelta(days=self.rows_days) if keep is Keep.ROWS else timedelta(hours=self.secrets_hours)


class Fact(Frozen):
    """Base of all that a trail holds. KIND is its stored name and never changes; an older stored form needs an upcaster."""

    KIND: ClassVar[str] = ""
    KEEP: ClassVar[Keep | None] = None
    """The rule by which its private half is kept; None: until somebody is forgotten."""


class Event(Fact):
    """Base of every kind that a bug's trail holds."""

    OUTCOME: ClassVar[bool] = False
    MOVES: ClassVar[tuple[Move, ...]] = ()

    @abstractmethod
    def apply(self, bug: Bug, at: datetime, by: str) -> Bug:
        """The bug after this entry. Total: it never refuses. `seq` and `status` are set by `follow`."""

    @abstractmethod
    def line(self, bug: Bug, by: str) -> Words | None:
        """What people read, in the thread and in the retro; None if this entry says nothing to them.

        `bug` is a later state: it knows the names of the customers that the entry numbers.
        """

    @classmethod
    def leads_to(cls, status: Status) -> Status | None:
        """The state after this kind in that state; None if no move fits."""
        return next((move.to or status for move in cls.MOVES if status in move.frm), None)


class Outcome(Event):
    """A fact about the world."""

    OUTCOME: ClassVar[bool] = True


class Quiet:
    """A kind that nobody reads of."""

    def line(self, _bug: Bug, _by: str) -> None:
        return None


class Inert:
    """A kind that changes nothing of the bug's state but `seq`."""

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return bug


class EntryLike(Protocol):
    """One fact of the trail, wherever it is kept."""

    @property
    def bug(self) -> BugRef: ...
    @property
    def seq(self) -> int: ...
    @property
    def event(self) -> Event: ...
    @property
    def at(self) -> datetime: ...
    @property
    def by(self) -> Actor: ...


def follow(bug: Bug, event: Event, at: datetime, by: Actor) -> Bug:
    """The bug after this event. A bug that opens again with an owner is claimed: nobody has to claim twice."""
    after = event.apply(bug, at, str(by))
    status = event.leads_to(bug.status) or bug.status
    return replace(after, seq=bug.seq + 1, at=at, status=CLAIMED if status is OPEN and after.owner else status)


def allowed(bug: Bug, kind: type[Event]) -> bool:
    """Whether an entry of this kind may be written now; an outcome always may."""
    return kind.OUTCOME or kind.leads_to(bug.status) is not None


def must_allow(bug: Bug, kind: type[Event]) -> None:
    """Raise Refused with the bug's present state if no move of this kind fits it."""
    if not allowed(bug, kind):
        raise Refused(*_present(bug))


def _present(bug: Bug) -> tuple[Part, ...]:
    why = Foreign(bug.closed_why or "done", 200)
    again = f"`/bug reopen {bug.ref} why`."
    sentences: dict[Status, tuple[Part, ...]] = {
        OPEN: (f"{bug.ref} is open and not fixed yet.",),
        CLAIMED: (f"{bug.ref} is being worked on and not fixed yet.",),
        FIXED: (f"{bug.ref} is fixed already; the customer is still to be told.",),
        OWED: (f"{bug.ref} is fixed and told; only the proper fix is owed.",),
        CLOSED: (f"{bug.ref} is closed (", why, f"). If it is back: {again}"),
        DISMISSED: (f"{bug.ref} was dismissed: ", why, f". If it is a bug after all: {again}"),
        MERGED: (f"{bug.ref} was merged into BUG-{bug.merged_into}; go on there.",),
    }
    return sentences[bug.status]

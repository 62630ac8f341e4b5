"""The present state of a bug, as folded from its entries. Each chapter changes it through the `apply` of its events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from bot.bug.customers.customer import Customer, PlannedTell, TellRequest
from bot.bug.debt.pull import Pull
from bot.bug.fixes.fix import ENGAGED, UNDER_WAY, Fix, RunState
from bot.bug.values import CLOSED, BugRef, Severity


class Status(StrEnum):
    OPEN = "open"
    CLAIMED = "claimed"
    FIXED = "fixed"
    OWED = "owed"
    CLOSED = "closed"
    DISMISSED = "dismissed"
    MERGED = "merged"


LIVE = frozenset({Status.OPEN, Status.CLAIMED, Status.FIXED, Status.OWED})


TaskState = Literal["open", "done", "dropped"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeResult:
    __pydantic_config__ = CLOSED
    name: str
    ok: bool
    said: str
    at: datetime
    smoke: bool = False
    broke: bool = False
    """A fix broke it: it worked before."""
    where: Literal["production", "development"] = "production"


@dataclass(frozen=True, kw_only=True, slots=True)
class BoardCard:
    __pydantic_config__ = CLOSED
    id: str
    url: str
    stage: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """A message in a channel."""

    __pydantic_config__ = CLOSED
    channel: str
    ts: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Debt:
    __pydantic_config__ = CLOSED
    owner: str
    before: tuple[str, ...] = ()
    """Who owed it and handed it on."""
    due: datetime
    paid_at: datetime | None = None
    how: str = ""
    """How it was paid; where it was waived, why."""
    url: str = ""
    """What shows that it is paid."""
    pull: str = ""
    """The pull request whose merge paid it."""
    waived_at: datetime | None = None
    waived_by: str = ""

    @property
    def due_still(self) -> bool:
        return self.paid_at is None and self.waived_at is None


@dataclass(frozen=True, kw_only=True, slots=True)
class DoneAlone:
    """What took effect without a second person before it, as entry `seq` says."""

    __pydantic_config__ = CLOSED
    seq: int
    by: str
    at: datetime
    what: str
    run: int | None = None
    seen_by: str = ""
    """Who looked at it afterwards; empty: nobody else yet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """What somebody changes after a bug, so that its like does not come again."""

    __pydantic_config__ = CLOSED
    number: int
    """Counts from 1 within the bug."""
    what: str
    owner: str
    due: datetime
    by: str
    """Who added it."""
    at: datetime
    state: TaskState = "open"
    ended_at: datetime | None = None
    ended_by: str = ""
    """A person, or the board's own name for one."""
    why: str = ""
    board: BoardCard | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Unchecked:
    """Somebody who acted while Slack could not say who they are."""

    __pydantic_config__ = CLOSED
    user: str
    duty: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Bug:
    """Everything known of a bug after entry `seq`."""

    __pydantic_config__ = CLOSED
    ref: BugRef
    seq: int = 0
    at: datetime | None = field(default=None, compare=False)
    """When entry `seq` was written; None in a row from before this was kept."""
    status: Status = Status.OPEN
    title: str = ""
    message: str = ""
    context: str = ""
    project: str = ""
    stage: str = ""
    severity: Severity | None = None
    serious: str = ""
    """How serious a person says it is: "blocks", "degrades" or "cosmetic"; empty: nobody said."""
    source: str = ""
    groups: tuple[str, ...] = ()
    """ "bugsnag:5f73…": the error groups that are this bug."""
    url: str = ""
    page: str = ""
    release: str = ""
    occurrences: int = 0
    users: int | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    frames: tuple[str, ...] = ()
    admitted: str = ""
    opened_at: datetime | None = None
    opened_by: str = ""
    open_since: datetime | None = None
    """When it opened anew; None: it never did."""
    last_at: datetime | None = None
    owner: str | None = None
    claimed_at: datetime | None = None
    estimate: int | None = None
    """Minutes."""
    back_by: datetime | None = None
    fixed_at: datetime | None = None
    fixed_said: str = ""
    proper: bool = False
    """What fixed it is the proper fix."""
    closed_at: datetime | None = None
    closed_why: str = ""
    muted_until: datetime | None = None
    snoozed_until: datetime | None = None
    free_since: datetime | None = None
    """Since when nobody has it."""
    merged_into: int | None = None
    customers: tuple[Customer, ...] = ()
    fixes: tuple[Fix, ...] = ()
    probes: tuple[ProbeResult, ...] = ()
    board: BoardCard | None = None
    card_url: str = ""
    """The tracker's own board card, to be adopted."""
    card: Post | None = None
    alerts: tuple[Post, ...] = ()
    """Other apps' messages about it."""
    recent: tuple[str, ...] = ()
    """Ids of the newest occurrences."""
    debt: Debt | None = None
    pulls: tuple[Pull, ...] = ()
    """The pull requests that name it, the one that was told of last at the end."""
    gave_up: tuple[str, ...] = ()
    """Sinks that wait for a person."""
    restored: int = 0
    """Up to this entry a trail that is lost may have done all outside already: a backup came back after it."""
    delayed: tuple[str, ...] = ()
    """Sinks whose other side is out of order just now."""
    reminded: tuple[str, ...] = ()
    """Clocks that spoke up: what and since when they ran."""
    lesson: str = ""
    """How it got into production, in somebody's words."""
    causes: tuple[str, ...] = ()
    """The same, from the list of causes."""
    lesson_by: str = ""
    """Who said it last."""
    how_we_did: str = ""
    how_we_did_by: str = ""
    answered: int = 0
    """The entry with the newest of these answers."""
    tasks: tuple[Task, ...] = ()
    """What is changed after it."""
    lesson_skipped: bool = False
    """Nobody is asked for it any more."""
    tell_requests: tuple[TellRequest, ...] = ()
    """Tells that wait for an approver."""
    planned: PlannedTell | None = None
    """The tell that goes out when a run has made it work."""
    unchecked: tuple[Unchecked, ...] = ()
    """Who is still to be checked, once Slack answers again."""
    done_alone: tuple[DoneAlone, ...] = ()
    """What had no second person before it; what was undone since is left out, for its undo stands there."""

    def customer(self, id_: str) -> Customer | None:
        return next((c for c in self.customers if c.id == id_), None)

    def fix(self, run: int) -> Fix | None:
        return next((f for f in self.fixes if f.run == run), None)

    def pull(self, key: str) -> Pull | None:
        return next((x for x in self.pulls if x.key == key), None)

    @property
    def broken(self) -> tuple[ProbeResult, ...]:
        """What worked before a fix and has not worked since."""
        last = {p.name: p for p in self.probes if p.ok or p.broke}
        return tuple(p for p in last.values() if p.broke)

    @property
    def untold(self) -> tuple[Customer, ...]:
        """Customers who can be reached and don't know yet."""
        return tuple(c for c in self.customers if c.reachable and not (c.told_at or c.skipped or c.beside))

    @property
    def live_fix(self) -> Fix | None:
        """The one that was confirmed; else the newest that is asked for or previewed."""
        live = [f for f in reversed(self.fixes) if f.state in UNDER_WAY]
        return next((f for f in live if f.state in ENGAGED), live[0] if live else None)

    @property
    def unknown_fix(self) -> Fix | None:
        """The one that was cut off and of which nobody knows yet what it did."""
        return next((f for f in self.fixes if f.state is RunState.UNKNOWN), None)

    @property
    def on_production(self) -> bool:
        """A fix runs, or nobody knows what it did: production may still change, and people have to look."""
        return any(f.state in {RunState.STARTED, RunState.UNKNOWN} for f in self.fixes)

    @property
    def engaged(self) -> bool:
        """A fix waits or runs, or nobody knows what it did: the bug does not go out of sight."""
        return any(f.state in ENGAGED or f.state is RunState.UNKNOWN for f in self.fixes)

    @property
    def unseen(self) -> tuple[DoneAlone, ...]:
        """What was done alone, and nobody else has looked at yet."""
        return tuple(one for one in self.done_alone if not one.seen_by)

    @property
    def last_success(self) -> Fix | None:
        """The newest fix that worked and has not been undone."""
        done = (f for f in reversed(self.fixes) if f.state is RunState.SUCCEEDED and not f.undo_of and not f.undone_by)
        return next(done, None)

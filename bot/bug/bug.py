"""The present state of a bug and of what hangs on it, as folded from its entries (see fold.py)."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from pydantic import AwareDatetime, Field

from bot.bug.fixes.fix import ENGAGED, UNDER_WAY, Fix, RunState
from bot.bug.values import BugRef, CustomerHint, Frozen, Grant, Severity, Terms


class Status(StrEnum):
    OPEN = "open"
    CLAIMED = "claimed"
    FIXED = "fixed"
    OWED = "owed"
    CLOSED = "closed"
    DISMISSED = "dismissed"
    MERGED = "merged"


LIVE = frozenset({Status.OPEN, Status.CLAIMED, Status.FIXED, Status.OWED})


STANDING = frozenset({"promised", "granted", "doubtful"})
"""States of a makegood that still counts for its customer."""


class Message(Frozen):
    """An answer or a tell to one customer: `at` is when it was decided."""

    seq: int
    kind: str
    text: str
    at: AwareDatetime
    by: str
    state: str = "waiting"
    """waiting | delivered | handed_off | by_hand | failed | doubtful"""
    external_id: str = ""
    promised: AwareDatetime | None = None


class Given(Frozen):
    """A makegood promised to one customer."""

    tell: int
    grant: Grant
    state: str = "promised"
    """promised | granted | failed | doubtful | undone | ended | dropped"""
    seq: int = 0
    """Of the entry that granted it."""
    code: str = ""
    """What the customer types to get it, where it is a promotion code."""
    thanks: str = ""
    """What the customer reads of it, once it is booked."""


class Customer(Frozen):
    """Somebody who waits because of this bug."""

    id: str
    hint: CustomerHint
    via: str
    since: AwareDatetime
    """Waiting since."""
    source: str = ""
    conversation: str = ""
    url: str = ""
    subject: str = ""
    message_id: str = ""
    references: tuple[str, ...] = ()
    online: bool = False
    left_at: AwareDatetime | None = None
    said: str = ""
    """Their last words."""
    said_at: AwareDatetime | None = None
    """When they wrote; None where they did not since they wait."""
    messages: tuple[Message, ...] = ()
    given: tuple[Given, ...] = ()
    plan: str = ""
    currency: str = ""
    monthly: int = 0
    """What the plan costs in a month, in minor units; 0 where that is not known."""
    terms: Terms = Terms()
    skipped: bool = False
    """Nobody needs to tell them."""
    anew: int = 0
    """seq of the entry that opened the bug again after they were told: what they heard before does not hold any more."""

    @property
    def name(self) -> str:
        return self.hint.name or self.hint.email or self.hint.id or "a customer"

    @property
    def reachable(self) -> bool:
        return bool(self.source or self.hint.email)

    @property
    def answered_at(self) -> AwareDatetime | None:
        return next((m.at for m in self._heard), None)

    @property
    def _heard(self) -> Iterator[Message]:
        return (m for m in self.messages if m.seq > self.anew and m.state not in {"failed", "doubtful"})

    @property
    def told(self) -> Message | None:
        """The tell that reached them, or is on its way there."""
        return next((m for m in self._heard if m.kind == "told"), None)

    @property
    def got(self) -> bool:
        """Something was given or promised for this bug, and not taken back."""
        return any(g.state in STANDING for g in self.given)

    @property
    def to_tell(self) -> bool:
        """Not told yet, or told of something that they did not get after all."""
        missed = any(g.state in {"undone", "dropped"} for g in self.given) and not self.got
        return self.reachable and (not self.told or missed)

    @property
    def told_at(self) -> AwareDatetime | None:
        message = self.told
        return message.at if message and message.state != "waiting" else None


class TellAsk(Frozen):
    """A tell that waits for an approver's word."""

    seq: int
    by: str
    customers: tuple[str, ...]
    text: str
    grants: tuple[Grant, ...]
    asked: tuple[str, ...]


class Probe(Frozen):
    name: str
    ok: bool
    said: str
    at: AwareDatetime
    smoke: bool = False
    broke: bool = False
    """A fix broke it: it worked before."""


class BoardCard(Frozen):
    id: str
    url: str
    stage: str = ""


class Post(Frozen):
    """A message in a channel."""

    channel: str
    ts: str


class Debt(Frozen):
    owner: str
    due: AwareDatetime
    paid_at: AwareDatetime | None = None
    how: str = ""


class Bug(Frozen):
    """Everything known of a bug after entry `seq`."""

    ref: BugRef
    seq: int = 0
    status: Status = Status.OPEN
    title: str = ""
    message: str = ""
    context: str = ""
    project: str = ""
    stage: str = ""
    severity: Severity | None = None
    source: str = ""
    groups: tuple[str, ...] = ()
    """ "bugsnag:5f73…": the error groups that are this bug."""
    url: str = ""
    page: str = ""
    release: str = ""
    occurrences: int = 0
    users: int | None = None
    facts: Mapping[str, str] = Field(default_factory=dict)
    frames: tuple[str, ...] = ()
    admitted: str = ""
    opened_at: AwareDatetime | None = None
    opened_by: str = ""
    last_at: AwareDatetime | None = None
    owner: str | None = None
    claimed_at: AwareDatetime | None = None
    estimate: int | None = None
    """Minutes."""
    back_by: AwareDatetime | None = None
    fixed_at: AwareDatetime | None = None
    fixed_said: str = ""
    proper: bool = False
    """What fixed it is the proper fix."""
    closed_at: AwareDatetime | None = None
    closed_why: str = ""
    muted_until: AwareDatetime | None = None
    snoozed_until: AwareDatetime | None = None
    free_since: AwareDatetime | None = None
    """Since when nobody has it."""
    merged_into: int | None = None
    customers: tuple[Customer, ...] = ()
    fixes: tuple[Fix, ...] = ()
    probes: tuple[Probe, ...] = ()
    board: BoardCard | None = None
    card_url: str = ""
    """The tracker's own board card, to be adopted."""
    card: Post | None = None
    alerts: tuple[Post, ...] = ()
    """Other apps' messages about it."""
    recent: tuple[str, ...] = ()
    """Ids of the newest occurrences."""
    debt: Debt | None = None
    parked: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()
    """Sinks whose other side is out of order just now."""
    nudges: tuple[str, ...] = ()
    """Clocks that spoke up: what and since when they ran."""
    tell_asks: tuple[TellAsk, ...] = ()
    """Tells that wait for an approver."""

    def customer(self, id_: str) -> Customer | None:
        return next((c for c in self.customers if c.id == id_), None)

    def fix(self, run: int) -> Fix | None:
        return next((f for f in self.fixes if f.run == run), None)

    @property
    def broken(self) -> tuple[Probe, ...]:
        """What worked before a fix and has not worked since."""
        last = {p.name: p for p in self.probes if p.ok or p.broke}
        return tuple(p for p in last.values() if p.broke)

    @property
    def untold(self) -> tuple[Customer, ...]:
        """Customers who can be reached and don't know yet."""
        return tuple(c for c in self.customers if c.reachable and not c.told_at and not c.skipped)

    @property
    def live_fix(self) -> Fix | None:
        """The one that was confirmed; else the newest that is asked for or previewed."""
        live = [f for f in reversed(self.fixes) if f.state in UNDER_WAY]
        return next((f for f in live if f.state in ENGAGED), live[0] if live else None)

    @property
    def last_success(self) -> Fix | None:
        """The newest fix that worked and has not been undone."""
        done = (f for f in reversed(self.fixes) if f.state is RunState.SUCCEEDED and not f.undo_of and not f.undone_by)
        return next(done, None)

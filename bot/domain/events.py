"""What can happen to a bug: one frozen class a kind, stored by its KIND for ever (see KINDS at the end).

A decision is what a person wants and may be refused; an outcome (`OUTCOME = True`) is a fact about the world: it is always
recorded and moves the bug's life only where it fits. Fields marked PRIVATE are kept in a deletable row.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, Field

from bot.domain.values import PRIVATE, CustomerHint, Frozen, Grant, Receipt, Severity

Text = Annotated[str, PRIVATE]
Texts = Annotated[Mapping[str, str], PRIVATE]
Hint = Annotated[CustomerHint, PRIVATE]


class Event(Frozen):
    """Base of all kinds."""

    KIND: ClassVar[str] = ""
    OUTCOME: ClassVar[bool] = False


class Outcome(Event):
    OUTCOME: ClassVar[bool] = True


# ---- intake


class Opened(Event):
    """The first entry of every bug."""

    KIND = "opened"
    source: str
    group: str = ""
    event: str = ""
    title: Text
    message: Text = ""
    context: str = ""
    project: str = ""
    stage: str = ""
    severity: Severity | None = None
    url: str = ""
    page: Text = ""
    release: str = ""
    occurrences: int = 1
    users: int | None = None
    facts: Texts = Field(default_factory=dict)
    frames: tuple[str, ...] = ()
    card_url: str = ""
    admitted: str
    """Why it became a card: the rule of [admit] in words."""


class Enriched(Outcome):
    """A second report of the same error knew more than the first."""

    KIND = "enriched"
    title: Text = ""
    message: Text = ""
    context: str = ""
    project: str = ""
    stage: str = ""
    url: str = ""
    page: Text = ""
    release: str = ""
    facts: Texts = Field(default_factory=dict)
    frames: tuple[str, ...] = ()
    card_url: str = ""


class Repeated(Outcome):
    """The error happened again, `deliveries` times since the last entry."""

    KIND = "repeated"
    deliveries: int
    occurrences: int
    """Total, as the tracker counts or as we do, whichever is more."""
    users: int | None = None
    events: tuple[str, ...] = ()
    """The newest occurrences' own ids: one told of twice counts once."""


class CameBack(Outcome):
    """The error happened again after it was thought fixed."""

    KIND = "came_back"
    occurrences: int
    users: int | None = None
    events: tuple[str, ...] = ()


class AlertPosted(Outcome):
    """Another app's message about this error stands in a channel."""

    KIND = "alert_posted"
    channel: str
    ts: str


class CardPosted(Outcome):
    """The card stands in a channel; its thread is the trail."""

    KIND = "card_posted"
    channel: str
    ts: str


class TrackerSaid(Outcome):
    """Somebody did something in the tracker."""

    KIND = "tracker_said"
    what: Literal["resolved", "snoozed", "ignored", "commented", "reopened"]
    text: Text = ""


# ---- people


class Claimed(Event):
    KIND = "claimed"
    owner: str


class Released(Event):
    KIND = "released"


class HandedOver(Event):
    KIND = "handed_over"
    owner: str


class TakenOver(Event):
    KIND = "taken_over"
    owner: str
    previous: str


class Estimated(Event):
    KIND = "estimated"
    minutes: int


class Dismissed(Event):
    KIND = "dismissed"
    reason: Text


class Muted(Event):
    """Repeats don't touch the card until then."""

    KIND = "muted"
    until: AwareDatetime


class Merged(Event):
    """This bug is the same as another, which goes on."""

    KIND = "merged"
    into: int


class Absorbed(Event):
    """Another bug turned out to be this one."""

    KIND = "absorbed"
    bug: int
    occurrences: int = 0


class Fixed(Event):
    """It works again: on somebody's word, or because the probe says so."""

    KIND = "fixed"
    how: Literal["word", "probe"]
    said: str = ""
    proper: bool = False


class Reopened(Event):
    KIND = "reopened"
    reason: Text


class Owed(Event):
    """Everybody is told; the proper fix is still owed."""

    KIND = "owed"
    owner: str
    due: AwareDatetime


class Paid(Event):
    """The proper fix is done."""

    KIND = "paid"
    how: Text = ""


class Closed(Event):
    KIND = "closed"
    why: str


class Said(Outcome):
    """Somebody wrote in the bug's thread."""

    KIND = "said"
    user: str
    ts: str
    text: Text


class SaidAgain(Outcome):
    """Somebody edited what was written; an empty text with `deleted` is a deletion."""

    KIND = "said_again"
    user: str
    ts: str
    text: Text = ""
    deleted: bool = False


class RetroPosted(Event):
    KIND = "retro_posted"


class Nudged(Outcome):
    """A clock spoke up; each (kind, round) once, whatever restarts."""

    KIND = "nudged"
    what: str
    whom: tuple[str, ...] = ()


# ---- customers


class CustomerJoined(Outcome):
    """Somebody was hit by this bug, or waits because of it."""

    KIND = "customer_joined"
    customer: str
    """Ours, within the bug: "c1"."""
    hint: Hint
    via: str
    """How we know: "bugsnag", "chatwoot", "by hand"."""
    source: str = ""
    """The channel they can be answered in; empty where only known by name."""
    conversation: str = ""
    url: str = ""


class CustomerWrote(Outcome):
    KIND = "customer_wrote"
    customer: str
    text: Text
    at: AwareDatetime
    source: str = ""
    conversation: str = ""
    url: str = ""
    subject: Text = ""
    message_id: str = ""
    references: tuple[str, ...] = ()


class CustomerPresence(Outcome):
    KIND = "customer_presence"
    customer: str
    online: bool


class AccountSeen(Outcome):
    """What the billing system says of a customer."""

    KIND = "account_seen"
    customer: str
    plan: str
    currency: str = ""


class Answered(Event):
    """A first answer goes out: not the tell."""

    KIND = "answered"
    customers: tuple[str, ...]
    text: Text
    promised: AwareDatetime | None = None


class Told(Event):
    """The answer that it works, with what each customer gets."""

    KIND = "told"
    customers: tuple[str, ...]
    text: Text
    grants: tuple[Grant, ...] = ()


class TellSkipped(Event):
    """Nobody needs to tell these: they were only hit, or know already."""

    KIND = "tell_skipped"
    customers: tuple[str, ...]


class TellReleased(Event):
    """A makegood failed and the owner chose to tell without it."""

    KIND = "tell_released"
    tell: int
    """seq of the Told entry."""
    customer: str


class Delivered(Outcome):
    """A message reached the customer's channel."""

    KIND = "delivered"
    message: int
    """seq of the Answered or Told entry."""
    customer: str
    state: Literal["delivered", "handed_off", "by_hand"]
    external_id: str = ""


class NotDelivered(Outcome):
    """A message did not go out, or nobody knows (`doubtful`): a person is asked."""

    KIND = "not_delivered"
    message: int
    customer: str
    why: Text
    doubtful: bool = False


class Granted(Outcome):
    KIND = "granted"
    tell: int
    customer: str
    grant: Grant
    receipt: Annotated[Receipt, PRIVATE]


class NotGranted(Outcome):
    KIND = "not_granted"
    tell: int
    customer: str
    grant: Grant
    why: Text
    doubtful: bool = False


class GrantUndoAsked(Event):
    KIND = "grant_undo_asked"
    granted: int
    """seq of the Granted entry."""
    why: Text = ""


class GrantUndone(Outcome):
    KIND = "grant_undone"
    granted: int


# ---- board and sinks


class CardMade(Outcome):
    KIND = "card_made"
    id: str
    url: str
    adopted: bool = False


class CardMoved(Outcome):
    """Somebody moved the card on the board."""

    KIND = "card_moved"
    stage: str
    by: Text = ""


class CardCommented(Outcome):
    KIND = "card_commented"
    text: Text
    by: Text = ""


class Parked(Outcome):
    """A sink gave up on this bug until a person asks for another try."""

    KIND = "parked"
    sink: str
    why: Text


class Unparked(Event):
    KIND = "unparked"
    sink: str

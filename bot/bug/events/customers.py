"""Customers: who waits, what they wrote, what they are told and get."""

from typing import Annotated, Literal

from pydantic import AwareDatetime

from bot.bug.events.base import Event, Hint, Outcome, Text
from bot.bug.values import PRIVATE, Grant, Receipt, Terms


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
    again: bool = False
    """They were known before; now something more of them is."""


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


class CustomerFelt(Outcome):
    """What the words of a customer who was told say; read by a list of words, so a person decides what follows."""

    KIND = "customer_felt"
    customer: str
    what: Literal["thanks", "still_broken", "bought", "came_back"]


class AccountSeen(Outcome):
    """What the billing system says of a customer."""

    KIND = "account_seen"
    customer: str
    plan: str
    currency: str = ""
    monthly: int = 0
    """What the plan costs in a month, in minor units; 0 where that is not known."""
    terms: Terms = Terms()


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
    thanks: Annotated[tuple[str, ...], PRIVATE] = ()
    """A sentence for each of them, in the customer's words: it goes out only when that one is booked."""


class TellAsked(Event):
    """A tell that gives more than its author may alone: it waits for an approver's word."""

    KIND = "tell_asked"
    customers: tuple[str, ...]
    text: Text
    grants: tuple[Grant, ...] = ()
    why: str
    """The cap that it would pass."""
    asked: tuple[str, ...] = ()
    """Who may approve it."""


class TellApproved(Event):
    """An approver lets it pass; the tell itself follows as an entry of its own."""

    KIND = "tell_approved"
    asked: int
    """seq of the TellAsked entry."""


class TellRefused(Event):
    """An approver says no, or who asked takes it back."""

    KIND = "tell_refused"
    asked: int
    reason: Text = ""


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
    ended: bool = False
    """Nobody takes it back: its time is over."""


class GrantUndone(Outcome):
    KIND = "grant_undone"
    granted: int
    ended: bool = False


class GrantKept(Outcome):
    """It could not be taken back: whoever asked has to look at the billing system."""

    KIND = "grant_kept"
    granted: int
    why: Text

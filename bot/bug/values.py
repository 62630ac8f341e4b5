"""The values in events: people, alerts, customers, money. Frozen."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Literal, Self, cast

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass

CLOSED = ConfigDict(extra="forbid")
"""For frozen dataclasses that are stored: an unknown stored field is an error instead of being dropped."""


class Frozen(BaseModel):
    """Base of the values that come from outside or are stored in an entry: immutable, checked, equal by content.

    What somebody makes a changed copy of is a frozen dataclass instead: mypy checks each field that `replace` names.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


_adapter = cast("Callable[[type[Any]], TypeAdapter[Any]]", cache(TypeAdapter))  # mypy takes a class for unhashable


class AsJson:
    """Base of the frozen dataclasses that are kept as JSON."""

    __slots__ = ()

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Raises ValueError where it is no such value."""
        value: Self = _adapter(cls).validate_json(text)
        return value

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """From what JSON was read into. Raises ValueError as well."""
        value: Self = _adapter(cls).validate_python(data)
        return value

    def to_json(self) -> str:
        return _adapter(type(self)).dump_json(self).decode()

    def to_data(self) -> dict[str, Any]:
        """What JSON can hold, without the fields that are as by default."""
        data: dict[str, Any] = _adapter(type(self)).dump_python(self, mode="json", exclude_defaults=True)
        return data


class _Private:
    """Marks a field as personal data, free text or a secret: kept in a deletable row, never in the entry itself."""


PRIVATE = _Private()

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class BugRef(Frozen):
    """A bug of one workspace; written BUG-17."""

    team: str
    number: int

    def __str__(self) -> str:
        return f"BUG-{self.number}"


class ActorKind(StrEnum):
    PERSON = "person"
    """A member of the workspace; `id` is the Slack user id."""
    SYSTEM = "system"
    """Makegood itself: a timer, a sink; `id` is its name."""
    SOURCE = "source"
    """An outside system's delivery; `id` is the module's name, as in "bugsnag"."""
    CLI = "cli"
    """Whoever has a shell on the bot's machine; `id` is the operating system's user."""


class Actor(Frozen):
    """Who did it."""

    kind: ActorKind
    id: str

    def __str__(self) -> str:
        return self.id if self.kind is ActorKind.PERSON else f"{self.kind.value}:{self.id}"


class AlertKind(StrEnum):
    """What a tracker says has happened to an error."""

    OCCURRED = "occurred"
    """The error happened, for the first time or again."""
    REOPENED = "reopened"
    """The tracker says that an error thought fixed is back."""
    RESOLVED = "resolved"
    """Somebody marked it fixed in the tracker."""
    SNOOZED = "snoozed"
    IGNORED = "ignored"
    COMMENTED = "commented"
    OTHER = "other"
    """A release, a rate warning, a kind we don't know: answered 200, nothing opened."""


class Severity(StrEnum):
    """How bad it is, by the tracker's own word."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class CustomerHint(Frozen):
    """What a tracker knows of the person who was hit; every field may be empty."""

    id: str = ""
    name: str = ""
    email: str = ""

    def completed(self, newer: "CustomerHint") -> "CustomerHint":
        """Both together; what the newer one says counts."""
        return CustomerHint(id=newer.id or self.id, name=newer.name or self.name, email=newer.email or self.email)

    def called(self, name: str) -> "CustomerHint":
        return CustomerHint(id=self.id, name=name, email=self.email)

    def same(self, other: "CustomerHint") -> bool:
        """The same address or the same account."""
        mail = bool(self.email) and self.email.casefold() == other.email.casefold()
        return mail or (bool(self.id) and self.id == other.id)


@dataclass(frozen=True, kw_only=True, slots=True, config=CLOSED)
class Alert(AsJson):
    """One delivery of a tracker, in our words."""

    source: str
    """Module name of the tracker: "bugsnag"."""
    group: str
    """The tracker's id of the error group: what makes two alerts the same bug."""
    kind: AlertKind = AlertKind.OCCURRED
    event: str = ""
    """The tracker's id of this very occurrence or delivery; empty where it has none."""
    title: str
    """Short and human: "ErrorException: Undefined index: crud"; at most 200 characters."""
    message: str = ""
    context: str = ""
    """Where: "POST /cruds/generate"."""
    project: str = ""
    stage: str = ""
    """Release stage or environment; empty where unknown."""
    severity: Severity | None = None
    """None where unknown."""
    occurrences: int = 1
    """Total so far as the tracker counts them; at least 1."""
    users: int | None = None
    """People hit so far, where the tracker counts them."""
    url: str = ""
    page: str = ""
    """The page (request URL) on which it happened."""
    release: str = ""
    at: AwareDatetime | None = None
    customer: CustomerHint = CustomerHint()
    card_url: str = ""
    """A board card that the tracker made by itself: adopt it rather than make a second one."""
    facts: Mapping[str, str] = Field(default_factory=dict)
    """Scalars of the error's own data by dotted path, as in {"metaData.crud.id": "13"}; at most 100, values cut at 500."""
    frames: tuple[str, ...] = ()
    """Stack frames, the failing one first, in-project ones where marked: "app/Crud.php:34 generate"; at most 20."""
    comment: str = ""
    """Text of a comment, or who resolved it."""


@dataclass(frozen=True, kw_only=True, slots=True, config=CLOSED)
class AlertLink:
    """An error named by a link in a message."""

    source: str
    group: str
    event: str = ""
    project: str = ""
    url: str = ""


class InboundKind(StrEnum):
    """What happened in a customer's channel."""

    MESSAGE = "message"
    STARTED = "started"
    """A chat began (with or without a text)."""
    ENDED = "ended"
    """The chat is over or the visitor has left."""
    ONLINE = "online"
    OFFLINE = "offline"
    OURS = "ours"
    """Somebody of the team wrote to the customer there."""
    OTHER = "other"
    """Not ours to act on (an agent's own message, an auto-reply): answered 200, stored nowhere."""


@dataclass(frozen=True, kw_only=True, slots=True, config=CLOSED)
class Inbound(AsJson):
    """One thing a customer said or did, in our words."""

    source: str
    """Module name of the channel: "chatwoot", "email_postmark"."""
    conversation: str
    """The channel's id of the conversation; a mail's is its thread's first Message-ID."""
    event: str
    """Stable over redeliveries: the key."""
    kind: InboundKind = InboundKind.MESSAGE
    customer: CustomerHint = CustomerHint()
    trusted: bool = False
    """The identity is vouched for (SPF/DKIM pass, a signed-in visitor); never enough to approve anything."""
    text: str = ""
    subject: str = ""
    page: str = ""
    at: AwareDatetime | None = None
    """When the customer did it by the channel's own clock (a mail's Date)."""
    url: str = ""
    """Where an agent sees the conversation."""
    message_id: str = ""
    """A mail's own Message-ID, for In-Reply-To."""
    references: tuple[str, ...] = ()
    writer: str = ""
    """Who of the team wrote, where the customer did not."""
    left_out: str = ""
    """What a mail is that no person wrote: "an automatic reply". It is counted, and nobody is asked about it."""


class Outgoing(Frozen):
    """A message for a customer."""

    source: str
    conversation: str = ""
    customer: CustomerHint
    text: str
    subject: str = ""
    key: str
    """Ours, one per message: the same key never reaches the customer twice where the channel lets us look."""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    at: AwareDatetime | None = None
    """When somebody decided it, UTC: no attempt to send it is older. None where that is not known."""


class Sent(Frozen):
    """What a channel says of an outgoing message."""

    state: Literal["delivered", "handed_off"]
    """handed_off: given on to something that does not report back (SMTP, a clipboard)."""
    external_id: str = ""

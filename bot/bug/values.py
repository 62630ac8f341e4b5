"""What the events are about: people, alerts, customers, money. Frozen, without behaviour beyond their own."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer


class Frozen(BaseModel):
    """Base of every value: immutable, unknown fields refused, equal by content."""

    model_config = ConfigDict(frozen=True, extra="forbid")


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
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class CustomerHint(Frozen):
    """What a tracker knows of the person who was hit; every field may be empty."""

    id: str = ""
    name: str = ""
    email: str = ""


class Alert(Frozen):
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


class AlertLink(Frozen):
    """An error named by a link in a message."""

    source: str
    group: str
    event: str = ""
    project: str = ""
    url: str = ""


class InboundKind(StrEnum):
    MESSAGE = "message"
    STARTED = "started"
    """A chat began (with or without a text)."""
    ENDED = "ended"
    """The chat is over or the visitor has left."""
    ONLINE = "online"
    OFFLINE = "offline"
    OTHER = "other"
    """Not ours to act on (an agent's own message, an auto-reply): answered 200, stored nowhere."""


class Inbound(Frozen):
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


class Sent(Frozen):
    """What a channel says of an outgoing message."""

    state: Literal["delivered", "handed_off"]
    """handed_off: given on to something that does not report back (SMTP, a clipboard)."""
    external_id: str = ""


_NO_MINOR = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"]
)
_THOUSANDTHS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])


def minor_digits(currency: str) -> int:
    """Decimal places of a currency's minor unit (ISO 4217): 2 for most, 0 for yen, 3 for some dinars."""
    return 0 if currency in _NO_MINOR else 3 if currency in _THOUSANDTHS else 2


class Money(Frozen):
    """Integer minor units and an ISO 4217 currency: Money(amount=500, currency="EUR") is €5."""

    amount: int
    currency: str = Field(pattern=r"^[A-Z]{3}$")

    def __str__(self) -> str:
        sign = {"EUR": "€", "USD": "$", "GBP": "£"}.get(self.currency)
        digits = minor_digits(self.currency)
        text = f"{Decimal(self.amount).scaleb(-digits):.{digits}f}".removesuffix("." + "0" * digits)
        return f"{sign}{text}" if sign else f"{text} {self.currency}"


class _Grant(Frozen):
    """One kind of makegood; `kind` is always written down, also where defaults are left out: it tells them apart."""

    kind: str

    @model_serializer(mode="wrap")
    def _named(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {"kind": self.kind, **handler(self)}


class Credit(_Grant):
    kind: Literal["credit"] = "credit"
    money: Money


class Days(_Grant):
    """The paid (or trial) period ends at `until`, an absolute moment; `days` is what people read."""

    kind: Literal["days"] = "days"
    days: int = Field(ge=1, le=730)
    until: AwareDatetime
    money: Money | None = None
    """What is credited for them where the period stays as it is; None: the period moves, or the price is not known."""


class Upgrade(_Grant):
    """The plan is `plan` until `until`, then what it was before."""

    kind: Literal["upgrade"] = "upgrade"
    plan: str
    until: AwareDatetime


Grant = Annotated[Credit | Days | Upgrade, Field(discriminator="kind")]


class Terms(Frozen):
    """How a customer pays, which says how days are given to them and what those are worth."""

    days: Literal["period", "credit", "trial"] = "period"
    """The paid period gets a later end, or their price is credited, or a trial begins for who pays nothing yet."""
    ends: AwareDatetime | None = None
    """Of the period that is paid (or tried) now."""
    price: int = 0
    """Of one period, in minor units; 0 where that is not known."""
    length: int = 30
    """Of that period, in days."""

    def worth(self, days: int) -> int:
        """By the price, to the nearest minor unit, half up."""
        return (2 * self.price * days + self.length) // (2 * self.length)


class Account(Frozen):
    """What the billing system knows of a customer."""

    id: str
    email: str
    plan: str = ""
    monthly: int = 0
    """What the plan costs in a month, in minor units; 0 where that is not known."""
    currency: str = "EUR"
    subscription: str = ""
    """Empty for a prospect without one."""
    terms: Terms = Terms()
    balance: int = 0
    """Minor units; positive is in the customer's favour."""


class Receipt(Frozen):
    """Proof of one applied grant; holds what an undo needs."""

    key: str
    grant: Grant
    account: str
    external_ids: tuple[str, ...]
    before: Mapping[str, str] = Field(default_factory=dict)
    """What was there before: {"price": "price_basic", "item": "si_1"}."""

"""The ports: what a tracker, a channel, a biller, a board and a forge must offer.

An adapter is a value: `ADAPTER = TrackerAdapter(name="bugsnag", …)` at the end of its module. mypy checks it where it stands, also in
another team's package, and `isinstance` checks it when it is loaded. `bot/adapters/registry.py` finds it by its file's name, or by an
entry point of an installed package. Each is held to the contract suite of its port.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

import aiohttp
from pydantic import BaseModel, Field

from bot.bug.debt.pull import ChecksChange, PullChange
from bot.bug.money import Account, Grant, Receipt
from bot.bug.values import Alert, AlertLink, CustomerHint, Frozen, Inbound, Outgoing, Sent
from bot.settings.validation import validate


class Hook(Frozen):
    """One HTTP delivery as it came in; header names are lower-case, `url` is the exact public address that was called."""

    headers: Mapping[str, str]
    body: bytes
    url: str = ""
    at: datetime
    """When it came in, UTC."""


def unsigned(hook: Hook, secret: str | None) -> None:
    """The `verify` of a source that signs nothing: only the token in its address vouches for it, and a secret stops the start."""


class Channel(Protocol):
    """Answers customers.

    `send` raises Unavailable (nothing went out), Rejected (never will) or Doubtful (cut off after it may have gone out).
    `find` looks for a message sent under `key` after a doubtful send and returns None where there is none; a channel that
    can't look (SMTP) has `can_look = False`, and a person is asked.
    """

    source: str
    can_look: bool

    async def send(self, message: Outgoing) -> Sent: ...
    async def find(self, message: Outgoing) -> Sent | None: ...
    async def close(self) -> None: ...


class Biller(Protocol):
    """Applies makegoods, each under our key, once. Errors as for Channel. `find` looks by key after a doubtful call."""

    async def account(self, customer: CustomerHint) -> Account | None: ...
    async def plans(self) -> tuple[str, ...]: ...
    async def apply(self, account: Account, grant: Grant, key: str) -> Receipt: ...
    async def find(self, account: Account, grant: Grant, key: str) -> Receipt | None: ...
    async def undo(self, receipt: Receipt, key: str) -> None: ...
    async def close(self) -> None: ...


class Stage(StrEnum):
    """The lists of the board, by what they mean; the board finds them by name, or makes them."""

    OPEN = "Bugs"
    DOING = "Doing"
    OWED = "Owed"
    DONE = "Done"
    DROPPED = "Not a bug"


BY_NAME: Mapping[str, Stage] = {stage.value.casefold(): stage for stage in Stage}


class Known(Frozen):
    """What a delivery of the board does not tell by itself."""

    stages: Mapping[str, Stage] = Field(default_factory=lambda: BY_NAME)
    """Our lists, by id and by name in lower case."""
    own: str = ""
    """The member behind our token: what is done with it through the API is our own doing and no news."""


class CardRef(Frozen):
    """A card that is on the board: its id there, and its page for people."""

    id: str
    url: str


class CardText(Frozen):
    """What the board shows; `marker` stands in the description and finds the card again after a doubtful create."""

    title: str
    description: str
    marker: str
    labels: tuple[str, ...] = ()
    due: datetime | None = None


class BoardChange(Frozen):
    """Somebody changed a card on the board."""

    event: str
    """The board's id of the change: the key, the same by webhook and by poll."""
    card: str
    kind: str
    """moved | archived | unarchived | commented | deleted | other"""
    stage: Stage | None = None
    """Where it is now, for `moved`; None for a list of somebody else's."""
    text: str = ""
    by: str = ""
    """The board's name of their account."""
    name: str = ""
    """How the board shows them; empty where it does not say."""
    at: datetime

    @property
    def who(self) -> str:
        """How people call them."""
        return self.name or self.by


class Board(Protocol):
    """The board behind a port. Errors as for Channel; every call has a timeout and its place in the service's limits.

    `check` changes nothing: it names those of our lists that are not there yet, and raises what is to be mended.
    """

    async def create(self, card: CardText, stage: Stage) -> CardRef: ...
    async def find(self, marker: str) -> CardRef | None: ...
    async def adopt(self, url: str, card: CardText) -> CardRef: ...
    async def update(self, ref: CardRef, card: CardText, stage: Stage) -> None: ...
    async def comment(self, ref: CardRef, text: str) -> None: ...
    async def commented(self, ref: CardRef, marker: str) -> bool: ...
    async def changes(self, since: str) -> tuple[tuple[BoardChange, ...], str]: ...
    async def register(self, callback_url: str) -> None: ...
    async def known(self) -> Known: ...
    async def check(self) -> tuple[str, ...]: ...
    async def close(self) -> None: ...


class TrackerApi(Protocol):
    """Writes back to a tracker, where it has an API. Each call looks first, so each may be repeated; errors as for Channel.

    `check` changes nothing: it says what our token may do there, and raises what is to be mended.
    """

    async def resolve(self, project: str, group: str) -> None: ...
    async def reopen(self, project: str, group: str) -> None: ...
    async def link(self, project: str, group: str, url: str) -> None: ...
    async def comment(self, project: str, group: str, text: str) -> None: ...
    async def check(self) -> str: ...


LARGEST = 1 << 20
"""Bytes of a delivery that brings nothing but words."""
S = TypeVar("S", bound=BaseModel)
C = TypeVar("C")
C_co = TypeVar("C_co", covariant=True)
Table = Mapping[str, object]
Verify = Callable[[Hook, str | None], None]
"""Raises Unauthorised when the source's own signature (if it has one, and a secret is set) does not match; compares in constant time."""


class Connector(Protocol[C_co]):
    """Makes a client of a table of makegood.toml. It asks nobody yet."""

    @property
    def settings(self) -> type[BaseModel]: ...
    def open(self, table: Table, where: str, http: aiohttp.ClientSession) -> C_co: ...


@dataclass(frozen=True)
class Connects(Generic[S, C]):
    """A Connector of the table's model and of what makes the client; the session stays open when the client closes."""

    settings: type[S]
    connect: Callable[[S, aiohttp.ClientSession], C]

    def open(self, table: Table, where: str, http: aiohttp.ClientSession) -> C:
        """Raises Misconfigured, naming the table as `where`."""
        return self.connect(validate(self.settings, table, where), http)


@dataclass(frozen=True, kw_only=True)
class TrackerAdapter:
    """A tracker, in and out.

    `parse` raises Unreadable with a reason for whatever is not this source's delivery, and UnknownKind for one of a kind that
    nobody foresaw; it raises nothing else. An empty tuple is a kind that is left out on purpose, which docs/trackers.md names.
    Its second argument is the hook's table. `link` reads a URL. `verify`, `parse` and `link` do no I/O.
    """

    name: str
    verify: Verify
    parse: Callable[[Hook, Table], tuple[Alert, ...]]
    link: Callable[[str], AlertLink | None]
    check: Callable[[Table], None] | None = None
    """Raises Misconfigured for a hook's table that can't be used; said at the start."""
    api: Connector[TrackerApi] | None = None
    """Of `[trackers.NAME]`, where the tracker can be written back to."""


@dataclass(frozen=True, kw_only=True)
class ChannelAdapter:
    """A customer channel. `verify` and `parse` are as for a tracker; what is left out on purpose is an Inbound of kind OTHER,
    and docs/customers.md names it. The second argument of `parse` is the channel's own table.
    """

    name: str
    verify: Verify
    parse: Callable[[Hook, Table], tuple[Inbound, ...]]
    connector: Connector[Channel] | None = None
    """Of `[customers.NAME]`, where an answer reaches the customer through this channel."""
    largest: int = LARGEST
    """Bytes of a delivery; what brings attachments along needs more."""
    pasted: bool = False
    """The service takes no answers from outside, so a person pastes the answer while the customer is there."""


@dataclass(frozen=True, kw_only=True)
class BillerAdapter:
    """A billing system: `[billing]` with kind = NAME."""

    name: str
    connector: Connector[Biller]


@dataclass(frozen=True, kw_only=True)
class ForgeAdapter:
    """Where code is merged. `verify` and `parse` read its webhook, as for a tracker; the second argument is the hook's table.

    An empty tuple is a kind that is left out on purpose, which docs/pull-requests.md names.
    """

    name: str
    verify: Verify
    parse: Callable[[Hook, Table], tuple[PullChange | ChecksChange, ...]]


@dataclass(frozen=True, kw_only=True)
class BoardAdapter:
    """A board: `[board]` with kind = NAME. `verify` and `parse` read its webhook, as for a tracker."""

    name: str
    verify: Verify
    parse: Callable[[Hook, Known], tuple[BoardChange, ...]]
    connector: Connector[Board]

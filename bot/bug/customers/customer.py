"""A customer of a bug, with the messages and gifts that they got."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Literal, Self

from bot.bug.money import Grant, Terms
from bot.bug.values import CLOSED, CustomerHint
from bot.text import cut

MessageState = Literal["waiting", "delivered", "handed_off", "by_hand", "failed", "doubtful", "taken_back"]
GivenState = Literal["promised", "granted", "failed", "doubtful", "undone", "ended", "dropped"]
LOST: frozenset[MessageState] = frozenset({"failed", "doubtful", "taken_back"})
"""States of a message that nobody has read, as far as we know."""
READ: frozenset[MessageState] = frozenset({"delivered", "handed_off", "by_hand"})
"""States of a message that is out."""
STANDING: frozenset[GivenState] = frozenset({"promised", "granted", "doubtful"})
"""States in which a makegood still counts for its customer."""
NAME, MARK = 22, 34
"""Characters of a name that repeats, and of what parts it: both fit into a button and an option."""


def place(source: str, conversation: str, email: str) -> str:
    """Where somebody reads what is sent to them: a chat's conversation, which all who write in it share, else their mailbox."""
    mail = source in {"", "mail"} or source.startswith("email")
    return email.casefold() if mail or not conversation else f"{source} {conversation}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """An answer or a tell to one customer: `at` is when it was decided, then when it was delivered."""

    __pydantic_config__ = CLOSED
    seq: int
    kind: Literal["answered", "told"]
    text: str
    at: datetime
    by: str
    state: MessageState = "waiting"
    external_id: str = ""
    promised: datetime | None = None
    letter: bool = False
    """It waits a little before it goes; a chat's words go at once."""
    leaves: datetime | None = None
    """When a letter goes; until then it can be taken back. None once it has left, and for what goes at once."""
    to: str = ""
    """The place that it reached: see `place`. Empty while it has not."""

    @property
    def held(self) -> bool:
        """It is a letter that can still be taken back."""
        return self.state == "waiting" and self.leaves is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """A makegood promised to one customer."""

    __pydantic_config__ = CLOSED
    tell: int
    """seq of the Told entry."""
    grant: Grant
    state: GivenState = "promised"
    seq: int = 0
    """seq of the Granted entry."""
    code: str = ""
    """What the customer types to get it, if it is a promotion code."""
    thanks: str = ""
    """What the customer reads about it, once it is booked."""
    elsewhere: int = 0
    """Number of the bug in which it was given, before that one turned out to be this one: it is settled and counted there."""
    homeless: bool = False
    """The billing system has no account to book it on: the message goes without it, and a person is asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Face:
    """Who somebody is, where they write, and what they wrote last."""

    __pydantic_config__ = CLOSED
    id: str
    """Ours, within the bug: "c1"."""
    hint: CustomerHint
    via: str
    since: datetime
    """Waiting since."""
    source: str = ""
    conversation: str = ""
    url: str = ""
    subject: str = ""
    message_id: str = ""
    references: tuple[str, ...] = ()
    said: str = ""
    """Their last words."""
    said_at: datetime | None = None
    """When they wrote; None if they have not written since they began to wait."""
    beside: str = ""
    """Id of the customer in whose conversation this one wrote: somebody else, who is not written to unless a person says so."""
    parted: bool = False
    """A person said that this one is nobody else: they are not joined by themselves again."""
    pairs: tuple["Pair", ...] = ()
    """Who turned out to be this one, the newest last."""

    @property
    def known(self) -> dict[str, Any]:
        """All of this, by name."""
        return {each.name: getattr(self, each.name) for each in fields(Face)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Side(Face):
    """One of two customers, as they were before they were taken for one person."""

    @classmethod
    def of(cls, face: Face) -> Self:
        return cls(**face.known)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """Two customers who are one now: they can be parted again."""

    __pydantic_config__ = CLOSED
    stayed: Side
    gone: Side
    at: int = 0
    """seq of the entry that joined them; 0 where that was in a bug that turned out to be this one."""

    @property
    def sides(self) -> Iterator[Side]:
        """Both, and whoever had been taken for one of them before."""
        for one in (self.stayed, self.gone):
            yield one
            for pair in one.pairs:
                yield from pair.sides


@dataclass(frozen=True, kw_only=True, slots=True)
class Customer(Face):
    """Somebody who was hit by this bug, or waits because of it."""

    online: bool = False
    left_at: datetime | None = None
    messages: tuple[Message, ...] = ()
    given: tuple[Given, ...] = ()
    plan: str = ""
    currency: str = ""
    monthly: int = 0
    """Price of the plan for a month, in minor units; 0 if it is not known."""
    terms: Terms = field(default_factory=Terms)
    billed: bool | None = None
    """Whether the billing system has an account of theirs; None if it was not asked."""
    skipped: bool = False
    """Nobody needs to tell them."""
    anew: int = 0
    """seq of the entry that opened the bug again after they were told: earlier messages do not hold any more."""

    @property
    def name(self) -> str:
        return self.hint.name or self.hint.email or self.hint.id or "a customer"

    @property
    def place(self) -> str:
        return place(self.source, self.conversation, self.hint.email)

    def reads(self, to: str) -> bool:
        """Whether `to` is the chat that they write in, and may share with others."""
        return to == self.place != self.hint.email.casefold()

    @property
    def given_here(self) -> tuple[Given, ...]:
        """Without what was given in a bug that turned out to be this one."""
        return tuple(each for each in self.given if not each.elsewhere)

    @property
    def reachable(self) -> bool:
        return bool(self.source or self.hint.email)

    @property
    def answered_at(self) -> datetime | None:
        return next((m.at for m in self._heard), None)

    @property
    def _heard(self) -> Iterator[Message]:
        return (m for m in self.messages if m.seq > self.anew and m.state not in LOST)

    @property
    def told(self) -> Message | None:
        """The tell that reached them, or is on its way to them."""
        return next((m for m in self._heard if m.kind == "told"), None)

    @property
    def got(self) -> bool:
        """Something was given or promised for this bug, and not taken back."""
        return any(g.state in STANDING for g in self.given)

    @property
    def to_tell(self) -> bool:
        """Not told yet, or told of something that they did not get after all."""
        missed = any(g.state in {"undone", "dropped"} or g.homeless for g in self.given) and not self.got
        return self.reachable and (not self.told or missed)

    @property
    def told_at(self) -> datetime | None:
        message = self.told
        return message.at if message and message.state != "waiting" else None


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedTell:
    """A tell that goes out when the run has made it work."""

    __pydantic_config__ = CLOSED
    seq: int
    run: int
    by: str
    at: datetime
    customers: tuple[str, ...]
    text: str
    grants: tuple[Grant, ...]
    thanks: tuple[tuple[str, ...], ...]
    counted: int
    """The number of the last customer whom the form knew."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TellRequest:
    """A tell that waits for an approver's word."""

    __pydantic_config__ = CLOSED
    seq: int
    by: str
    customers: tuple[str, ...]
    text: str
    grants: tuple[Grant, ...]
    asked: tuple[str, ...]


def apart(people: Sequence[Customer]) -> Mapping[str, str]:
    """What parts those whose names look alike, by id: the address, else the account, else their number in the bug."""
    groups = defaultdict[str, list[Customer]](list)
    for customer in people:
        groups[_looks(customer.name, NAME)].append(customer)
    return {id_: mark for group in groups.values() if len(group) > 1 for id_, mark in _marks(group).items()}


def marked(customer: Customer, mark: str) -> str:
    """The name with what parts it."""
    return f"{cut(customer.name, NAME)} · {cut(mark, MARK)}"


def named(customer: Customer, people: Sequence[Customer]) -> str:
    """The name, with what parts it where somebody among `people` is called so, too."""
    mark = apart(people).get(customer.id)
    return marked(customer, mark) if mark else customer.name


def _looks(text: str, longest: int) -> str:
    """As people see it: a longer one is cut."""
    return cut(" ".join(text.split()), longest).casefold()


def _marks(group: Sequence[Customer]) -> dict[str, str]:
    """For each of them the first that nobody else of the group has."""
    known = {c.id: [mark for mark in (c.hint.email, c.hint.id) if mark] for c in group}
    times = Counter(look for marks in known.values() for look in {_looks(mark, MARK) for mark in marks})
    return {
        id_: next((mark for mark in marks if times[_looks(mark, MARK)] == 1), f"no. {id_[1:]}")
        for id_, marks in known.items()
    }

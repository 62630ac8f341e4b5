"""Customers: who they are, what they wrote, whether they are there, what the billing knows of them."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime

from bot.bug.bug import Bug
from bot.bug.customers.customer import Customer, Pair, Side
from bot.bug.event import Hint, Inert, Outcome, Quiet, Text
from bot.bug.money import Terms
from bot.bug.words import SHORT, Foreign, Part, Quote, Words, listed, source_name
from bot.text import plural


def named(bug: Bug, ids: tuple[str, ...]) -> Part:
    """One customer by name, several by their number."""
    customer = bug.customer(ids[0]) if len(ids) == 1 else None
    return Foreign(customer.name, SHORT) if customer else plural(len(ids), "customer")


def changed(bug: Bug, id_: str, change: Callable[[Customer], Customer]) -> Bug:
    """The bug with one customer changed."""
    return replace(bug, customers=tuple(change(c) if c.id == id_ else c for c in bug.customers))


def one(customer: Customer, other: Customer, at: int) -> Customer:
    """Two customers are one since the entry `at`: who waits since the first word of either, and said what was said last."""
    newer = max((customer, other), key=lambda c: c.said_at.timestamp() if c.said_at else 0)
    return replace(
        customer,
        pairs=(*customer.pairs, Pair(stayed=Side.of(customer), gone=Side.of(other), at=at)),
        said=newer.said,
        said_at=newer.said_at,
        subject=newer.subject,
        message_id=newer.message_id,
        references=newer.references,
        online=customer.online or other.online,
        since=min(customer.since, other.since),
    )


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
    beside: str = ""
    """The customer in whose conversation they wrote: they are somebody else, until a person says that they are the same."""
    same: str = ""
    """Another customer of the bug who turned out to be this one: a visitor without a name who then named an address.

    Where the bug has no such customer: the id of somebody of another name who has the same account, if they are parted.
    """

    def apply(self, bug: Bug, at: datetime, _by: str) -> Bug:
        other = bug.customer(self.same) if self.same else None
        if other:
            left = replace(bug, customers=tuple(c for c in bug.customers if c.id != other.id))
            return changed(left, self.customer, lambda customer: self._known_better(one(customer, other, bug.seq + 1)))
        if self.same and bug.customer(self.customer):
            return changed(bug, self.customer, lambda customer: self._also(customer, bug.seq + 1, at))
        if bug.customer(self.customer):
            return changed(bug, self.customer, self._known_better)
        new = Customer(
            id=self.customer,
            hint=self.hint,
            via=self.via,
            since=at,
            source=self.source,
            conversation=self.conversation,
            url=self.url,
            beside=self.beside,
        )
        return replace(bug, customers=(*bug.customers, new))

    def _also(self, customer: Customer, seq: int, at: datetime) -> Customer:
        """The same account, another name: letters go on to the name that we know."""
        gone = self._moved(Side(id=self.same, hint=self.hint, via=self.via, since=at))
        known = self._known_better(customer)
        return replace(
            known,
            hint=known.hint.called(customer.hint.name),
            pairs=(*customer.pairs, Pair(stayed=Side.of(customer), gone=gone, at=seq)),
        )

    def _known_better(self, customer: Customer) -> Customer:
        return replace(
            customer,
            hint=customer.hint.completed(self.hint),
            source=self.source or customer.source,
            conversation=self.conversation or customer.conversation,
            url=self.url or customer.url,
            pairs=tuple(map(self._of_one, customer.pairs)),
        )

    def _of_one(self, pair: Pair) -> Pair:
        """Where one of two who are one now writes from now on, so that it is theirs when they are parted."""
        mine, theirs = (one.hint.same(self.hint) for one in (pair.stayed, pair.gone))
        if not self.source or mine == theirs:
            return pair
        if mine:
            return replace(pair, stayed=self._moved(pair.stayed))
        return replace(pair, gone=self._moved(pair.gone))

    def _moved(self, side: Side) -> Side:
        return replace(side, source=self.source, conversation=self.conversation, url=self.url)

    def line(self, bug: Bug, _by: str) -> Words | None:
        if self.again and not (self.same and self._called_otherwise(bug)):
            return None  # said already; what is new of them follows in a line of its own
        name = self.hint.name or self.hint.email or self.hint.id or "a customer"
        if self.again:
            known = bug.customer(self.customer)
            theirs = Foreign(known.name if known else "a customer", SHORT)
            return Words(
                "busts_in_silhouette", (Foreign(name, SHORT), " has the account of ", theirs, ": one customer")
            )
        whose = bug.customer(self.beside) if self.beside else None
        if whose:
            head = (Foreign(name, SHORT), " answered in the conversation of ", Foreign(whose.name, SHORT))
            return Words(
                "busts_in_silhouette", (*head, ": somebody else, who is not written to unless you choose them")
            )
        source = Foreign(source_name(self.via), 40)
        return Words("bust_in_silhouette", (Foreign(name, SHORT), " was hit (known from ", source, ")"))

    def _called_otherwise(self, bug: Bug) -> bool:
        known = bug.customer(self.customer)
        return bool(known and self.hint.name and known.hint.name and self.hint.name != known.hint.name)


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

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return changed(bug, self.customer, self._said)

    def _said(self, customer: Customer) -> Customer:
        return replace(
            customer,
            said=self.text,
            said_at=self.at,
            since=customer.since if customer.said_at else min(customer.since, self.at),
            source=self.source or customer.source,
            conversation=self.conversation or customer.conversation,
            url=self.url or customer.url,
            subject=self.subject or customer.subject,
            message_id=self.message_id or customer.message_id,
            references=self.references or customer.references,
        )

    def line(self, bug: Bug, _by: str) -> Words:
        customer = bug.customer(self.customer)
        who = Foreign(customer.name, SHORT) if customer else "Customer"
        return Words("speech_balloon", (who, ": ", Quote(self.text)))


class CustomerPresence(Outcome):
    KIND = "customer_presence"
    customer: str
    online: bool

    def apply(self, bug: Bug, at: datetime, _by: str) -> Bug:
        left = None if self.online else at
        return changed(bug, self.customer, lambda c: replace(c, online=self.online, left_at=left))

    def line(self, bug: Bug, _by: str) -> Words:
        customer = bug.customer(self.customer)
        who = Foreign(customer.name, SHORT) if customer else "The customer"
        if self.online:
            return Words("green_heart", (who, " is online"), minor=True)
        return Words("zzz", (who, " left"), minor=True)


class CustomerFelt(Quiet, Inert, Outcome):
    """What the words of a customer who was told say; read by a list of words, so a person decides what follows."""

    KIND = "customer_felt"
    customer: str
    what: Literal["thanks", "still_broken", "bought", "came_back"]


class AccountSeen(Quiet, Outcome):
    """What the billing system says of a customer."""

    KIND = "account_seen"
    customer: str
    plan: str
    currency: str = ""
    monthly: int = 0
    """Price of the plan for a month, in minor units; 0 if it is not known."""
    terms: Terms = Terms()
    known: bool = True
    """Whether it has an account of theirs at all."""

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return changed(bug, self.customer, self._account)

    def _account(self, customer: Customer) -> Customer:
        said = replace(customer, plan=self.plan, currency=self.currency, monthly=self.monthly, terms=self.terms)
        return replace(said, billed=self.known)


EVENTS = (
    CustomerJoined,
    CustomerWrote,
    CustomerPresence,
    CustomerFelt,
    AccountSeen,
)


def wait_again(bug: Bug, at: datetime) -> Bug:
    """It does not work after all: whoever was told that it does waits again, since they said so or since now."""

    def waits(customer: Customer) -> Customer:
        told = customer.told_at
        if told is None:
            return customer
        said = customer.said_at if customer.said_at and customer.said_at > told else None
        return replace(customer, anew=bug.seq + 1, since=said or at, said_at=said)

    return replace(bug, customers=tuple(map(waits, bug.customers)))


def names(customers: Iterable[Customer]) -> tuple[Part, ...]:
    return listed(Foreign(c.name, SHORT) for c in customers)

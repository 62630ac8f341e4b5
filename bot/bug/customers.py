"""Customers: who they are, what they wrote, whether they are there, what the billing knows of them."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime

from bot.bug.bug import Bug
from bot.bug.customer import Customer, Pair, Side
from bot.bug.event import Hint, Inert, Outcome, Quiet, Text
from bot.bug.money import Terms
from bot.bug.values import CustomerHint
from bot.bug.words import SHORT, Foreign, Part, Quote, Words, listed, source_name
from bot.text import plural


def named(bug: Bug, ids: tuple[str, ...]) -> Part:
    """One customer by name, several by their number."""
    customer = bug.customer(ids[0]) if len(ids) == 1 else None
    return Foreign(customer.name, SHORT) if customer else plural(len(ids), "customer")


def changed(bug: Bug, id_: str, change: Callable[[Customer], Customer]) -> Bug:
    """The bug with one customer changed."""
    return replace(bug, customers=tuple(change(c) if c.id == id_ else c for c in bug.customers))


def side(customer: Customer) -> Side:
    return Side(
        id=customer.id,
        hint=customer.hint,
        via=customer.via,
        since=customer.since,
        source=customer.source,
        conversation=customer.conversation,
        url=customer.url,
        subject=customer.subject,
        message_id=customer.message_id,
        references=customer.references,
        said=customer.said,
        said_at=customer.said_at,
        beside=customer.beside,
    )


def one(customer: Customer, other: Customer) -> Customer:
    """Two customers are one: who waits since the first word of either, and said what was said last."""
    newer = max((customer, other), key=lambda c: c.said_at.timestamp() if c.said_at else 0)
    return replace(
        customer,
        pairs=(*customer.pairs, Pair(stayed=side(customer), gone=side(other))),
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
    """Another customer of the bug who turned out to be this one: a visitor without a name who then named an address."""

    def apply(self, bug: Bug, at: datetime, _by: str) -> Bug:
        other = bug.customer(self.same) if self.same else None
        if other:
            left = replace(bug, customers=tuple(c for c in bug.customers if c.id != other.id))
            return changed(left, self.customer, lambda customer: self._known_better(one(customer, other)))
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

    def _known_better(self, customer: Customer) -> Customer:
        return replace(
            customer,
            hint=customer.hint.completed(self.hint),
            source=self.source or customer.source,
            conversation=self.conversation or customer.conversation,
            url=self.url or customer.url,
        )

    def line(self, bug: Bug, _by: str) -> Words | None:
        if self.again:
            return None  # said already; what is new of them follows in a line of its own
        name = self.hint.name or self.hint.email or self.hint.id or "a customer"
        whose = bug.customer(self.beside) if self.beside else None
        if whose:
            head = (Foreign(name, SHORT), " answered in the conversation of ", Foreign(whose.name, SHORT))
            return Words(
                "busts_in_silhouette", (*head, ": somebody else, who is not written to unless you choose them")
            )
        known = Foreign(source_name(self.via), 40)
        return Words("bust_in_silhouette", (Foreign(name, SHORT), " was hit (known from ", known, ")"))


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


def join(
    bug: Bug, hint: CustomerHint, *, via: str, source: str = "", conversation: str = "", url: str = ""
) -> CustomerJoined | None:
    """Somebody waits because of this bug; None if nothing new is known of them."""
    found = _same_person(bug, hint, source, conversation)
    if found:
        stays, goes = found
        return CustomerJoined(
            customer=stays.id,
            hint=_best(found, hint),
            via=via,
            source=source,
            conversation=conversation,
            url=url,
            again=True,
            same=goes.id,
        )
    known = find(bug, hint, source, conversation)
    if known and _nothing_new(known, hint, source, conversation):
        return None
    whose = None if known else _whose(bug, source, conversation)
    return CustomerJoined(
        customer=known.id if known else next_id(bug),
        hint=hint,
        via=via,
        source=source,
        conversation=conversation,
        url=url,
        again=known is not None,
        beside=whose.id if whose else "",
    )


def _whose(bug: Bug, source: str, conversation: str) -> Customer | None:
    """Who began this conversation."""
    place = (source, conversation)
    return next((c for c in bug.customers if conversation and (c.source, c.conversation) == place), None)


def _same_person(bug: Bug, hint: CustomerHint, source: str, conversation: str) -> tuple[Customer, Customer] | None:
    """Whoever goes on, and who turns out to be the same: a visitor without a name names the address of a known customer.

    Only somebody who was never written to can go: what is on its way to a customer is theirs.
    """
    place = (source, conversation)
    here = next((c for c in bug.customers if conversation and (c.source, c.conversation) == place), None)
    named = next((c for c in bug.customers if hint.email and c.hint.email.casefold() == hint.email.casefold()), None)
    if not here or not named or here == named or here.hint.email or here.parted:
        return None
    for stays, goes in ((named, here), (here, named)):
        if not goes.messages and not goes.given:
            return stays, goes
    return None


def _best(found: tuple[Customer, Customer], hint: CustomerHint) -> CustomerHint:
    """The name that goes with an address counts more than what a chat calls a stranger."""
    nameless, with_address = sorted((c.hint for c in found), key=lambda known: bool(known.email))
    return nameless.completed(hint).completed(with_address)


def next_id(bug: Bug, skip: int = 0) -> str:
    """An id that no customer of this bug ever had; numbers may have gaps."""
    known = [id_ for c in bug.customers for id_ in (c.id, *(pair.gone.id for pair in c.pairs))]
    return f"c{max((int(id_[1:]) for id_ in known), default=0) + 1 + skip}"


def _nothing_new(known: Customer, hint: CustomerHint, source: str, conversation: str) -> bool:
    same = known.hint.completed(hint) == known.hint
    return same and (not source or (source, conversation) == (known.source, known.conversation))


def find(bug: Bug, hint: CustomerHint, source: str = "", conversation: str = "") -> Customer | None:
    """The customer of this bug with that e-mail address, conversation or id; an address other than theirs is somebody else's."""
    mine = [c for c in bug.customers if hint.email and c.hint.email.casefold() == hint.email.casefold()]
    others = [c for c in bug.customers if not (hint.email and c.hint.email)]
    talks = [c for c in others if conversation and (c.source, c.conversation) == (source, conversation)]
    named = [c for c in others if hint.id and not hint.email and c.hint.id == hint.id]
    return next(iter((*mine, *talks, *named)), None)


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

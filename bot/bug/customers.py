"""Customers: who waits, what they wrote, what they are answered and told. Anybody may speak to a customer, whoever owns the bug."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime

from bot.bug.bug import Bug
from bot.bug.customer import Customer, Given, Message, MessageState
from bot.bug.errors import Invalid, Refused
from bot.bug.event import ALIVE, CLOSED, STAY, Event, Hint, Inert, Move, Outcome, Quiet, Text, must_allow
from bot.bug.money import Grant, Terms, amounts
from bot.bug.values import PRIVATE, CustomerHint
from bot.bug.words import SHORT, Clock, Foreign, Part, Person, Press, Quote, Words, because, listed, source_name
from bot.text import plural

LONGEST_MESSAGE = 5000
"""Characters."""
ANSWERABLE = (*ALIVE, CLOSED)
"""A late customer of a closed bug is told, too."""


def named(bug: Bug, ids: tuple[str, ...]) -> Part:
    """One customer by name, several by their number."""
    customer = bug.customer(ids[0]) if len(ids) == 1 else None
    return Foreign(customer.name, SHORT) if customer else plural(len(ids), "customer")


def changed(bug: Bug, id_: str, change: Callable[[Customer], Customer]) -> Bug:
    """The bug with one customer changed."""
    return replace(bug, customers=tuple(change(c) if c.id == id_ else c for c in bug.customers))


def _one(customer: Customer, other: Customer) -> Customer:
    """Two customers are one: who waits since the first word of either, and said what was said last."""
    newer = max((customer, other), key=lambda c: c.said_at.timestamp() if c.said_at else 0)
    return replace(
        customer,
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
    same: str = ""
    """Another customer of the bug who turned out to be this one: a visitor without a name who then named an address."""

    def apply(self, bug: Bug, at: datetime, _by: str) -> Bug:
        other = bug.customer(self.same) if self.same else None
        if other:
            left = replace(bug, customers=tuple(c for c in bug.customers if c.id != other.id))
            return changed(left, self.customer, lambda customer: self._known_better(_one(customer, other)))
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

    def line(self, _bug: Bug, _by: str) -> Words | None:
        if self.again:
            return None  # said already; what is new of them follows in a line of its own
        name = self.hint.name or self.hint.email or self.hint.id or "a customer"
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

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return changed(bug, self.customer, self._account)

    def _account(self, customer: Customer) -> Customer:
        return replace(customer, plan=self.plan, currency=self.currency, monthly=self.monthly, terms=self.terms)


def _addressed(bug: Bug, ids: tuple[str, ...], message: Message) -> tuple[Customer, ...]:
    return tuple(replace(c, messages=(*c.messages, message)) if c.id in ids else c for c in bug.customers)


class Answered(Event):
    """A first answer goes out: not the tell."""

    KIND = "answered"
    MOVES = (Move(ALIVE, STAY, "anybody may answer, whoever owns it"),)
    customers: tuple[str, ...]
    text: Text
    promised: AwareDatetime | None = None

    def apply(self, bug: Bug, at: datetime, by: str) -> Bug:
        new = Message(seq=bug.seq + 1, kind="answered", text=self.text, at=at, by=by, promised=self.promised)
        return replace(bug, customers=_addressed(bug, self.customers, new), back_by=self.promised or bug.back_by)

    def line(self, bug: Bug, by: str) -> Words:
        promise: tuple[Part, ...] = (", back by ", Clock(self.promised)) if self.promised else ()
        who = named(bug, self.customers)
        return Words("speech_balloon", (Person(by), " answers ", who, *promise, ": ", Quote(self.text)))


class Told(Event):
    """The answer that it works, with what each customer gets."""

    KIND = "told"
    MOVES = (Move(ANSWERABLE, STAY, "anybody may tell; a late customer of a closed bug too"),)
    customers: tuple[str, ...]
    text: Text
    grants: tuple[Grant, ...] = ()
    thanks: Annotated[tuple[str, ...], PRIVATE] = ()
    """A sentence for each of them, in the customer's words: it goes out only when that one is booked."""

    def apply(self, bug: Bug, at: datetime, by: str) -> Bug:
        new = Message(seq=bug.seq + 1, kind="told", text=self.text, at=at, by=by)
        given = tuple(
            Given(tell=bug.seq + 1, grant=grant, thanks=self.thanks[i] if i < len(self.thanks) else "")
            for i, grant in enumerate(self.grants)
        )
        heard = _addressed(bug, self.customers, new)
        return replace(
            bug,
            customers=tuple(replace(c, given=(*c.given, *given)) if c.id in self.customers else c for c in heard),
        )

    def line(self, bug: Bug, by: str) -> Words:
        gifts: tuple[Part, ...] = (" and gives ", *amounts(self.grants)) if self.grants else ()
        return Words("tada", (Person(by), " tells ", named(bug, self.customers), ": ", Quote(self.text), *gifts))


class TellSkipped(Event):
    """Nobody needs to tell these: they were only hit, or know already."""

    KIND = "tell_skipped"
    MOVES = (Move(ALIVE, STAY, "who was only hit and never asked may be left in peace"),)
    customers: tuple[str, ...]

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        left = (replace(c, skipped=True) if c.id in self.customers else c for c in bug.customers)
        return replace(bug, customers=tuple(left))

    def line(self, bug: Bug, by: str) -> Words:
        return Words("shushing_face", (Person(by), ": ", named(bug, self.customers), " need not be told"))


def _settled(bug: Bug, customer: str, seq: int, change: Callable[[Message], Message]) -> Bug:
    def settle(found: Customer) -> Customer:
        return replace(found, messages=tuple(change(m) if m.seq == seq else m for m in found.messages))

    return changed(bug, customer, settle)


class Delivered(Outcome):
    """A message reached the customer's channel."""

    KIND = "delivered"
    message: int
    """seq of the Answered or Told entry."""
    customer: str
    state: Literal["delivered", "handed_off", "by_hand"]
    external_id: str = ""

    def apply(self, bug: Bug, at: datetime, _by: str) -> Bug:
        def arrived(message: Message) -> Message:
            return replace(message, state=self.state, external_id=self.external_id, at=at)

        return _settled(bug, self.customer, self.message, arrived)

    def line(self, bug: Bug, by: str) -> Words:
        who = named(bug, (self.customer,)) if bug.customer(self.customer) else "the customer"
        said: dict[str, tuple[Part, ...]] = {
            "delivered": ("reached ", who),
            "handed_off": ("is on its way by mail",),
            "by_hand": ("was passed on by ", Person(by), " by hand"),
        }
        return Words("white_check_mark", ("The message ", *said[self.state]), minor=True)


class NotDelivered(Outcome):
    """A message did not go out, or nobody knows (`doubtful`): a person is asked."""

    KIND = "not_delivered"
    message: int
    customer: str
    why: Text
    doubtful: bool = False

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        state: MessageState = "doubtful" if self.doubtful else "failed"
        return _settled(bug, self.customer, self.message, lambda m: replace(m, state=state))

    def line(self, bug: Bug, _by: str) -> Words:
        customer = bug.customer(self.customer)
        to: tuple[Part, ...] = (" to ", Foreign(customer.name, SHORT)) if customer else ()
        head = "Nobody knows whether the message went out" if self.doubtful else "The message did not go out"
        look = (". Look there, then press ", Press("I told them"), " or tell again.")
        return Words("warning", (head, *to, *because(self.why), *look))


EVENTS = (
    CustomerJoined,
    CustomerWrote,
    CustomerPresence,
    CustomerFelt,
    AccountSeen,
    Answered,
    Told,
    TellSkipped,
    Delivered,
    NotDelivered,
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
    return CustomerJoined(
        customer=known.id if known else next_id(bug),
        hint=hint,
        via=via,
        source=source,
        conversation=conversation,
        url=url,
        again=known is not None,
    )


def _same_person(bug: Bug, hint: CustomerHint, source: str, conversation: str) -> tuple[Customer, Customer] | None:
    """Whoever goes on, and who turns out to be the same: a visitor without a name names the address of a known customer.

    Only somebody who was never written to can go: what is on its way to a customer is theirs.
    """
    place = (source, conversation)
    here = next((c for c in bug.customers if conversation and (c.source, c.conversation) == place), None)
    named = next((c for c in bug.customers if hint.email and c.hint.email.casefold() == hint.email.casefold()), None)
    if not here or not named or here == named or here.hint.email:
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
    return f"c{max((int(c.id[1:]) for c in bug.customers), default=0) + 1 + skip}"


def _nothing_new(known: Customer, hint: CustomerHint, source: str, conversation: str) -> bool:
    same = known.hint.completed(hint) == known.hint
    return same and (not source or (source, conversation) == (known.source, known.conversation))


def find(bug: Bug, hint: CustomerHint, source: str = "", conversation: str = "") -> Customer | None:
    """The customer of this bug with that conversation, e-mail address or id."""
    for customer in bug.customers:
        if conversation and (customer.source, customer.conversation) == (source, conversation):
            return customer
        if hint.email and customer.hint.email.casefold() == hint.email.casefold():
            return customer
        if hint.id and not hint.email and customer.hint.id == hint.id:
            return customer
    return None


def wait_again(bug: Bug, at: datetime) -> Bug:
    """It does not work after all: whoever was told that it does waits again, since they said so or since now."""

    def waits(customer: Customer) -> Customer:
        told = customer.told_at
        if told is None:
            return customer
        said = customer.said_at if customer.said_at and customer.said_at > told else None
        return replace(customer, anew=bug.seq + 1, since=said or at, said_at=said)

    return replace(bug, customers=tuple(map(waits, bug.customers)))


def answer(bug: Bug, ids: Iterable[str], text: str, promised: datetime | None = None) -> Answered:
    """ "We see it, looking now": stops the silence clock, is not the tell."""
    must_allow(bug, Answered)
    return Answered(customers=reachable(bug, ids), text=written(text), promised=promised)


def reachable(bug: Bug, ids: Iterable[str]) -> tuple[str, ...]:
    """The chosen customers, each once. Raises Invalid for none, Refused for one who can't be reached."""
    chosen = tuple(dict.fromkeys(ids))
    if not chosen:
        raise Invalid("Choose at least one customer.", {"customers": "Choose at least one customer."})
    for id_ in chosen:
        customer = bug.customer(id_)
        if customer is None:
            raise Refused(f"{bug.ref} has no such customer any more. Open the form again.")
        if not customer.reachable:
            add = f": add an address with `/bug customer {bug.ref} them@example.com`."
            raise Refused("There is no way to reach ", Foreign(customer.name, SHORT), add)
    return chosen


def written(text: str) -> str:
    """What a person typed for a customer. Raises Invalid if it is empty or too long."""
    if not text.strip():
        raise Invalid("Write what the customer will read.", {"text": "Write what the customer will read."})
    if len(text) > LONGEST_MESSAGE:
        raise Invalid(
            "That is too long for a chat.", {"text": f"At most {LONGEST_MESSAGE} characters; this has {len(text)}."}
        )
    return text.strip()


def names(customers: Iterable[Customer]) -> tuple[Part, ...]:
    return listed(Foreign(c.name, SHORT) for c in customers)


def skip(bug: Bug) -> TellSkipped:
    """Nobody else needs to be told; who wrote to us is never left without a word."""
    must_allow(bug, TellSkipped)
    asked = [c for c in bug.untold if c.said_at]
    if asked:
        raise Refused(*names(asked), " wrote to us and waits for a word: tell them.")
    if not bug.untold:
        raise Refused("Everybody knows already.")
    return TellSkipped(customers=tuple(c.id for c in bug.untold))


def by_hand(bug: Bug, message: int, customer: str) -> Delivered:
    """ "I told them": for channels without a way to answer, and after a doubtful send."""
    found = bug.customer(customer)
    sent = found and next((m for m in found.messages if m.seq == message), None)
    if not sent:
        raise Refused("That message is not there any more.")
    if sent.state in {"delivered", "handed_off", "by_hand"}:
        raise Refused("That message is out already.")
    return Delivered(message=message, customer=customer, state="by_hand")

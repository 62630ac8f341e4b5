"""Messages to customers: first answers and tells, and whether they arrived. Anybody may write to a customer."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime

from bot.bug.bug import Bug
from bot.bug.customers.customer import Customer, Given, Message, MessageState
from bot.bug.customers.customers import changed, named, names
from bot.bug.errors import Invalid, Refused
from bot.bug.event import ALIVE, CLOSED, STAY, Event, Move, Outcome, Text, must_allow
from bot.bug.money import Grant, amounts
from bot.bug.values import PRIVATE
from bot.bug.words import SHORT, Clock, Foreign, Part, Person, Press, Quote, Words, because

LONGEST_MESSAGE = 5000
"""Characters."""
ANSWERABLE = (*ALIVE, CLOSED)
"""A late customer of a closed bug is told, too."""


class Answered(Event):
    """A first answer goes out: not the tell."""

    KIND = "answered"
    MOVES = (Move(ALIVE, STAY, "anybody may answer, whoever owns it"),)
    customers: tuple[str, ...]
    text: Text
    promised: AwareDatetime | None = None
    letters: tuple[str, ...] = ()
    """Those of them who get it as a letter, which waits a little."""
    leaves: AwareDatetime | None = None
    """Until when these letters can be taken back."""

    def apply(self, bug: Bug, at: datetime, by: str) -> Bug:
        new = Message(seq=bug.seq + 1, kind="answered", text=self.text, at=at, by=by, promised=self.promised)
        heard = _addressed(bug, self, new)
        return replace(bug, customers=heard, back_by=self.promised or bug.back_by)

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
    letters: tuple[str, ...] = ()
    """As of an answer. What is given with a letter is booked when it leaves."""
    leaves: AwareDatetime | None = None

    def apply(self, bug: Bug, at: datetime, by: str) -> Bug:
        new = Message(seq=bug.seq + 1, kind="told", text=self.text, at=at, by=by)
        given = tuple(
            Given(tell=bug.seq + 1, grant=grant, thanks=self.thanks[i] if i < len(self.thanks) else "")
            for i, grant in enumerate(self.grants)
        )
        heard = _addressed(bug, self, new)
        after = replace(
            bug,
            customers=tuple(replace(c, given=(*c.given, *given)) if c.id in self.customers else c for c in heard),
        )
        return replace(after, planned=None) if _all_told(after) else after

    def line(self, bug: Bug, by: str) -> Words:
        gifts: tuple[Part, ...] = (" and gives ", *amounts(self.grants)) if self.grants else ()
        return Words("tada", (Person(by), " tells ", named(bug, self.customers), ": ", Quote(self.text), *gifts))


def _all_told(bug: Bug) -> bool:
    """Whether everybody knows whom a plan was for."""
    return bool(bug.planned) and all(c.told for c in bug.customers if bug.planned and c.id in bug.planned.customers)


def _addressed(bug: Bug, sent: Answered | Told, message: Message) -> tuple[Customer, ...]:
    letter = replace(message, letter=True, leaves=sent.leaves)
    new = {id_: letter if id_ in sent.letters else message for id_ in sent.customers}
    return tuple(replace(c, messages=(*c.messages, new[c.id])) if c.id in new else c for c in bug.customers)


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
    to: Text = ""
    """The place that it reached; empty where a person passed it on."""

    def apply(self, bug: Bug, at: datetime, _by: str) -> Bug:
        """Whoever writes in the same chat reads it, too."""
        known = bug.customer(self.customer)
        sent = next((m for m in known.messages if m.seq == self.message), None) if known else None
        if not known or not sent:
            return bug
        to = self.to or known.place
        arrived = replace(sent, state=self.state, external_id=self.external_id, at=at, to=to)
        every = (_read(c, arrived) if c.id == known.id or c.reads(to) else c for c in bug.customers)
        return replace(bug, customers=tuple(every))

    def line(self, bug: Bug, by: str) -> Words:
        who = named(bug, (self.customer,)) if bug.customer(self.customer) else "the customer"
        said: dict[str, tuple[Part, ...]] = {
            "delivered": ("reached ", who),
            "handed_off": ("is on its way by mail",),
            "by_hand": ("was passed on by ", Person(by), " by hand"),
        }
        return Words("white_check_mark", ("The message ", *said[self.state]), minor=True)


def _read(customer: Customer, message: Message) -> Customer:
    """With the message that reached where they read."""
    known = any(m.seq == message.seq for m in customer.messages)
    kept = tuple(message if m.seq == message.seq else m for m in customer.messages)
    return replace(customer, messages=kept if known else (*kept, replace(message, letter=False, leaves=None)))


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


EVENTS = (Answered, Told, TellSkipped, Delivered, NotDelivered)


def answer(bug: Bug, ids: Iterable[str], text: str, promised: datetime | None = None) -> Answered:
    """ "We see it, looking now": stops the silence clock, is not the tell."""
    must_allow(bug, Answered)
    return Answered(customers=reachable(bug, ids), text=written(text), promised=promised)


def waiting(bug: Bug, *, again: bool = False) -> tuple[str, ...]:
    """Who wrote to us and has not heard anything; with `again` all who wrote and do not know that it works."""
    wrote = (c for c in bug.customers if c.reachable and c.said_at and not (c.told_at or c.skipped or c.beside))
    return tuple(c.id for c in wrote if again or not c.answered_at)


def only_hit(bug: Bug) -> tuple[Customer, ...]:
    """Who was hit, never wrote and has heard nothing: they are written to only after a person has seen how many they are."""
    quiet = (c for c in bug.untold if not c.said_at)
    return tuple(c for c in quiet if not c.answered_at)


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


def skip(bug: Bug) -> TellSkipped:
    """Nobody else needs to be told; who wrote to us is never left without a word."""
    must_allow(bug, TellSkipped)
    asked = [c for c in bug.untold if c.said_at]
    if asked:
        raise Refused(*names(asked), " wrote to us and waits for a word: tell them.")
    if not bug.untold:
        raise Refused("Everybody knows already.")
    return TellSkipped(customers=tuple(c.id for c in bug.untold))


def told_by_hand(bug: Bug, told: Told) -> tuple[Event, ...]:
    """The same tell, which a person passed on outside of Makegood already: nothing goes out for it."""
    return (told, *(Delivered(message=bug.seq + 1, customer=id_, state="by_hand") for id_ in told.customers))


def reply(bug: Bug, ids: Iterable[str], text: str) -> Answered:
    """A further word to those who wrote, whether they know that it works or not."""
    must_allow(bug, Answered)
    return Answered(customers=reachable(bug, ids), text=written(text))


def by_hand(bug: Bug, message: int, customer: str) -> Delivered:
    """ "I told them": for channels without a way to answer, and after a doubtful send."""
    found = bug.customer(customer)
    sent = found and next((m for m in found.messages if m.seq == message), None)
    if not sent:
        raise Refused("That message is not there any more.")
    if sent.state in {"delivered", "handed_off", "by_hand"}:
        raise Refused("That message is out already.")
    if sent.held:
        raise Refused("That letter goes by itself in a moment.")
    return Delivered(message=message, customer=customer, state="by_hand")

"""What people of the team write to a customer outside of Makegood: in the chat's own window, or from their own mail program."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from pydantic import AwareDatetime

from bot.bug.bug import Bug
from bot.bug.customers.customer import Customer, Message
from bot.bug.customers.customers import changed, named
from bot.bug.customers.recognising import find
from bot.bug.event import Event, Outcome, Text
from bot.bug.telling.gift_texts import letter
from bot.bug.telling.messages import Delivered
from bot.bug.values import Inbound
from bot.bug.words import SHORT, Foreign, Quote, Words, source_name

ALIKE = 20
"""Characters from which on words that stand in others are taken for the same ones, pasted with a greeting."""


class WroteOutside(Outcome):
    """Somebody of the team wrote to a customer outside of Makegood: an answer, and perhaps the tell; a person says which."""

    KIND = "wrote_outside"
    customer: str
    text: Text
    at: AwareDatetime
    source: str
    writer: Text = ""
    """Their name there, where it is told."""

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        said = Message(seq=bug.seq + 1, kind="answered", text=self.text, at=self.at, by="", state="by_hand")
        return changed(bug, self.customer, lambda c: replace(c, messages=(*c.messages, said)))

    def line(self, bug: Bug, _by: str) -> Words:
        who = Foreign(self.writer or "Somebody of the team", SHORT)
        where = (" outside of Makegood (", Foreign(source_name(self.source), 40), "): ")
        return Words("speech_balloon", (who, " wrote to ", named(bug, (self.customer,)), *where, Quote(self.text)))


EVENTS = (WroteOutside,)


def outside(bug: Bug, inbound: Inbound, now: datetime) -> tuple[Event, ...]:
    """What the trail learns of it: that the words which somebody was to pass on are out, or that somebody wrote."""
    customer = find(bug, inbound.customer, inbound.source, inbound.conversation)
    at = min(inbound.at, now) if inbound.at else now
    if customer is None or not inbound.text or at < customer.since:
        return ()
    passed = [m for m in customer.messages if _same(inbound.text, letter(customer, m))]
    if passed:
        return tuple(_passed_on(customer, passed))
    wrote = WroteOutside(customer=customer.id, text=inbound.text, at=at, source=inbound.source, writer=inbound.writer)
    return (wrote,)


def _passed_on(customer: Customer, passed: list[Message]) -> Iterator[Event]:
    """What went out already, or is on its way, needs nothing more."""
    newest = passed[-1]
    if newest.state in {"failed", "doubtful"}:
        yield Delivered(message=newest.seq, customer=customer.id, state="by_hand")


def _same(one: str, other: str) -> bool:
    """But for blanks and capitals; pasted words may have a greeting around them."""
    a, b = (" ".join(text.split()).casefold() for text in (one, other))
    return a == b or (len(b) >= ALIKE and b in a)

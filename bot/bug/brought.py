"""What customers heard and got in a bug that turned out to be another one: nobody is told or given to twice, nobody is lost."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime

from bot.bug.bug import Bug
from bot.bug.customer import LOST, STANDING, Customer, Given, Message
from bot.bug.customers import changed
from bot.bug.event import Outcome, Quiet, Text
from bot.bug.money import Grant


class Brought(Quiet, Outcome):
    """What a customer heard and got in the bug that ended."""

    KIND = "brought"
    customer: str
    bug: int
    """Where it happened, and is settled and counted."""
    answered: AwareDatetime | None = None
    told: AwareDatetime | None = None
    text: Text = ""
    """The newest of both."""
    writer: str = ""
    skipped: bool = False
    """Somebody said there that nobody needs to tell them."""
    grants: tuple[Grant, ...] = ()

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return changed(bug, self.customer, lambda customer: self._known(customer, bug.seq + 1))

    def _known(self, customer: Customer, seq: int) -> Customer:
        given = tuple(Given(tell=seq, grant=grant, state="granted", elsewhere=self.bug) for grant in self.grants)
        return replace(
            customer,
            messages=(*customer.messages, *self._messages(seq)),
            given=(*customer.given, *given),
            skipped=customer.skipped or self.skipped,
        )

    def _messages(self, seq: int) -> Iterator[Message]:
        if self.answered:
            yield self._message(seq, "answered", self.answered)
        if self.told:
            yield self._message(seq, "told", self.told)

    def _message(self, seq: int, kind: Literal["answered", "told"], at: datetime) -> Message:
        return Message(seq=seq, kind=kind, text=self.text, at=at, by=self.writer, state="delivered")


EVENTS = (Brought,)


def heard(bug: Bug, other: Bug, id_: str, customer: Customer) -> tuple[Brought, ...]:
    """Of a customer of `other`, who is `id_` in the bug that goes on. Who wrote after the tell waits; a gift stays given."""
    known = bug.customer(id_)
    words = [each.said_at for each in (customer, known) if each and each.said_at]
    tell = customer.told
    told = tell if tell and not (known and known.told) and all(at <= tell.at for at in words) else None
    first = None if known and known.answered_at else _answer(customer)
    newest = told or first
    grants = tuple(given.grant for given in customer.given if given.state in STANDING)
    skipped = customer.skipped and not (known and known.said_at)
    if not (newest or grants or skipped):
        return ()
    return (
        Brought(
            customer=id_,
            bug=other.ref.number,
            answered=first.at if first else None,
            told=told.at if told else None,
            text=newest.text if newest else "",
            writer=newest.by if newest else "",
            skipped=skipped,
            grants=grants,
        ),
    )


def _answer(customer: Customer) -> Message | None:
    """The first answer that holds; the tell is none."""
    holds = (m for m in customer.messages if m.kind == "answered" and m.seq > customer.anew and m.state not in LOST)
    return next(holds, None)

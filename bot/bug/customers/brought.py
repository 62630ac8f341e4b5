"""What customers heard and got in a bug that turned out to be another one: nobody is told or given to twice, nobody is lost."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime

from bot.bug.bug import Bug
from bot.bug.customers.customer import LOST, READ, STANDING, Customer, Given, Message, Pair, Side
from bot.bug.customers.customers import changed
from bot.bug.customers.recognising import next_id
from bot.bug.event import Outcome, Quiet, Text
from bot.bug.money import Grant
from bot.bug.values import PRIVATE


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
    to: Text = ""
    """The place that the newest reached."""
    parted: bool = False
    """A person said there that they are nobody else."""
    pairs: Annotated[tuple[Pair, ...], PRIVATE] = ()
    """Who was taken for them there, under ids that nobody has here."""

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        """Whoever writes in the chat that was told there has read it, too."""
        known = changed(bug, self.customer, lambda customer: self._known(customer, bug.seq + 1))
        every = (self._read(c, bug.seq + 1) if c.id != self.customer else c for c in known.customers)
        return replace(known, customers=tuple(every))

    def _read(self, customer: Customer, seq: int) -> Customer:
        heard = self.told and customer.reads(self.to) and not customer.told
        if not heard or (customer.said_at and self.told and customer.said_at > self.told):
            return customer
        return replace(customer, messages=(*customer.messages, *self._messages(seq)))

    def _known(self, customer: Customer, seq: int) -> Customer:
        given = tuple(Given(tell=seq, grant=grant, state="granted", elsewhere=self.bug) for grant in self.grants)
        return replace(
            customer,
            messages=(*customer.messages, *self._messages(seq)),
            given=(*customer.given, *given),
            skipped=customer.skipped or self.skipped,
            parted=customer.parted or self.parted,
            pairs=(*customer.pairs, *self.pairs),
        )

    def _messages(self, seq: int) -> Iterator[Message]:
        if self.answered:
            yield self._message(seq, "answered", self.answered)
        if self.told:
            yield self._message(seq, "told", self.told)

    def _message(self, seq: int, kind: Literal["answered", "told"], at: datetime) -> Message:
        return Message(seq=seq, kind=kind, text=self.text, at=at, by=self.writer, state="delivered", to=self.to)


EVENTS = (Brought,)


def heard(bug: Bug, other: Bug, id_: str, customer: Customer) -> tuple[Brought, ...]:
    """Of a customer of `other`, who is `id_` in the bug that goes on. Who wrote after the tell waits; a gift stays given."""
    known = bug.customer(id_)
    words = [each.said_at for each in (customer, known) if each and each.said_at]
    tell = customer.told or _beside(bug, id_, customer)
    told = tell if tell and not (known and known.told) and all(at <= tell.at for at in words) else None
    first = None if known and known.answered_at else _answer(customer)
    newest = told or first
    grants = tuple(given.grant for given in customer.given if given.state in STANDING)
    skipped = customer.skipped and not (known and known.said_at)
    if not (newest or grants or skipped or customer.parted or customer.pairs):
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
            to=newest.to if newest else "",
            parted=customer.parted,
            pairs=_renumbered(bug, customer.pairs),
        ),
    )


def _beside(bug: Bug, id_: str, customer: Customer) -> Message | None:
    """What reached the chat that they write in, because of somebody else who writes there."""
    others = (c.told for c in bug.customers if c.id != id_)
    return next((told for told in others if told and told.state in READ and customer.reads(told.to)), None)


def _answer(customer: Customer) -> Message | None:
    """The first answer that holds; the tell is none."""
    holds = (m for m in customer.messages if m.kind == "answered" and m.seq > customer.anew and m.state not in LOST)
    return next(holds, None)


def _renumbered(bug: Bug, pairs: tuple[Pair, ...]) -> tuple[Pair, ...]:
    """The same people under ids of this bug. What was sent since they were one is told apart by its place alone."""
    known = [one for pair in pairs for one in pair.sides]
    ids = {id_: next_id(bug, skip) for skip, id_ in enumerate(dict.fromkeys(one.id for one in known))}
    return tuple(_pair(pair, ids) for pair in pairs)


def _pair(pair: Pair, ids: Mapping[str, str]) -> Pair:
    return Pair(stayed=_side(pair.stayed, ids), gone=_side(pair.gone, ids))


def _side(side: Side, ids: Mapping[str, str]) -> Side:
    return replace(
        side, id=ids[side.id], beside=ids.get(side.beside, ""), pairs=tuple(_pair(p, ids) for p in side.pairs)
    )

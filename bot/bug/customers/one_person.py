"""A person says that two customers are one, or that they are two after all. Proof joins them too: see `recognising.join`."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.bug.bug import Bug
from bot.bug.customers.customer import READ, Customer, Given, Message, Pair, Side, place
from bot.bug.customers.customers import changed, one
from bot.bug.errors import Refused
from bot.bug.event import ALIVE, CLOSED, STAY, Event, Move, must_allow
from bot.bug.words import SHORT, Foreign, Part, Person, Words

KNOWN = (*ALIVE, CLOSED)
NOT_THERE = "These customers are not known (any more). `/bug customers` lists who is."


class SamePerson(Event):
    """Somebody knows that two customers are one person."""

    KIND = "same_person"
    MOVES = (Move(KNOWN, STAY, "somebody knows that two customers are one person"),)
    customer: str
    """Who goes on."""
    same: str
    """Who is the same, and goes."""

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        other = bug.customer(self.same)
        if not other:
            return bug
        left = replace(bug, customers=tuple(c for c in bug.customers if c.id != self.same))
        return changed(left, self.customer, lambda customer: _joined(customer, other, bug.seq + 1))

    def line(self, bug: Bug, by: str) -> Words:
        known = bug.customer(self.customer)
        gone = known.pairs[-1].gone.hint if known and known.pairs else None
        other = (gone.name or gone.email or gone.id) if gone else ""
        names = (_name(known), " and ", Foreign(other or "a customer", SHORT))
        return Words("busts_in_silhouette", (Person(by), ": ", *names, " are one person"))


class Parted(Event):
    """Two customers who were taken for one are two; what was sent and given so far stays with the one who goes on."""

    KIND = "parted"
    MOVES = (Move(KNOWN, STAY, "two who were taken for one are two"),)
    customer: str
    other: str

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        known = bug.customer(self.customer)
        pair = _pair(known, self.other)
        if not known or not pair:
            return bug
        left = changed(bug, known.id, lambda customer: _alone(customer, pair))
        both = replace(left, customers=(*left.customers, _back(known, pair)))
        return changed(changed(both, self.other, _heard(both)), self.customer, _heard(both))

    def line(self, bug: Bug, by: str) -> Words:
        names = (_name(bug.customer(self.customer)), " and ", _name(bug.customer(self.other)))
        return Words("busts_in_silhouette", (Person(by), ": ", *names, " are two people"))


EVENTS = (SamePerson, Parted)


def same(bug: Bug, customer: str, other: str) -> SamePerson:
    """Whoever was never written to goes, so that nothing on its way loses its reader. Raises Refused where both were."""
    must_allow(bug, SamePerson)
    stays, goes = bug.customer(customer), bug.customer(other)
    if not stays or not goes or stays == goes:
        raise Refused(NOT_THERE)
    if goes.messages or goes.given:
        stays, goes = goes, stays
    if goes.messages or goes.given:
        raise Refused("Both were written to already: answer each in their own place.")
    return SamePerson(customer=stays.id, same=goes.id)


def part(bug: Bug, customer: str, other: str) -> Parted:
    must_allow(bug, Parted)
    if not _pair(bug.customer(customer), other):
        raise Refused("They are two already, or not known any more. `/bug customers` lists who is.")
    return Parted(customer=customer, other=other)


def _name(customer: Customer | None) -> Part:
    return Foreign(customer.name if customer else "a customer", SHORT)


def _pair(customer: Customer | None, other: str) -> Pair | None:
    return next((pair for pair in customer.pairs if pair.gone.id == other), None) if customer else None


def _joined(customer: Customer, other: Customer, at: int) -> Customer:
    """The newer words say where they are answered; an address that only the other one named is theirs now."""
    both = one(customer, other, at)
    newer = other if both.said_at and both.said_at == other.said_at else customer
    return replace(
        both,
        hint=other.hint.completed(customer.hint),
        source=newer.source or customer.source,
        conversation=newer.conversation or customer.conversation,
        url=newer.url or customer.url,
        beside="" if customer.beside == other.id else customer.beside,
    )


def _alone(customer: Customer, pair: Pair) -> Customer:
    """As before, but for what they themselves wrote since."""
    was, pairs = _joined_without(customer.pairs, pair)
    theirs = (customer.source, customer.conversation) == (pair.gone.source, pair.gone.conversation)
    known = replace(
        customer,
        hint=was.hint,
        since=was.since,
        pairs=pairs,
        messages=tuple(m for m in customer.messages if _stays(m, pair)),
        given=tuple(g for g in customer.given if not _goes(g, customer, pair)),
    )
    if not theirs:
        return known
    return replace(
        known,
        source=was.source,
        conversation=was.conversation,
        url=was.url,
        subject=was.subject,
        message_id=was.message_id,
        references=was.references,
        said=was.said,
        said_at=was.said_at,
    )


def _joined_without(pairs: tuple[Pair, ...], pair: Pair) -> tuple[Side, tuple[Pair, ...]]:
    """Who they were before anybody was taken for them, with all who still are."""
    was, kept = pairs[0].stayed, list[Pair]()
    for each in (p for p in pairs if p != pair):
        kept.append(replace(each, stayed=was))
        was = replace(was, hint=each.gone.hint.completed(was.hint), since=min(was.since, each.gone.since))
    return was, tuple(kept)


def _heard(bug: Bug) -> Callable[[Customer], Customer]:
    """With what others were sent in the chat that this one writes in, since their last words."""

    def heard(customer: Customer) -> Customer:
        known, said = {m.seq for m in customer.messages}, customer.said_at
        sent = {m.seq: m for c in bug.customers for m in c.messages if customer.reads(m.to) and m.state in READ}
        new = (m for seq, m in sorted(sent.items()) if seq not in known and not (said and said > m.at))
        return replace(customer, messages=(*customer.messages, *new))

    return heard


def _back(customer: Customer, pair: Pair) -> Customer:
    """They wait as before; newer words in their own place are theirs."""
    was = pair.gone
    gone = replace(
        Customer(**was.known),
        parted=True,
        messages=tuple(m for m in customer.messages if m.to and m.to in _places(was)),
        given=tuple(g for g in customer.given if _goes(g, customer, pair)),
    )
    if (customer.source, customer.conversation) != (gone.source, gone.conversation) or not customer.said_at:
        return gone
    return replace(
        gone,
        said=customer.said,
        said_at=customer.said_at,
        subject=customer.subject,
        message_id=customer.message_id,
        references=customer.references,
        online=customer.online,
    )


def _places(side: Side) -> set[str]:
    """Where they read, and who had been taken for them."""
    sides = (side, *(one for pair in side.pairs for one in pair.sides))
    return {place(s.source, s.conversation, s.hint.email) for s in sides} | {s.hint.email.casefold() for s in sides} - {
        ""
    }


def _stays(message: Message, pair: Pair) -> bool:
    """Whether it did not reach the other alone."""
    return message.to not in _places(pair.gone) - _places(pair.stayed)


def _goes(given: Given, customer: Customer, pair: Pair) -> bool:
    """Since they were one it was booked on the only account that there was: the other's."""
    held = any(m.seq == given.tell and m.state not in READ for m in customer.messages)
    mine, theirs = ((s.hint.email or s.hint.id) for s in (pair.stayed, pair.gone))
    return given.tell > pair.at and not held and bool(theirs) and not mine

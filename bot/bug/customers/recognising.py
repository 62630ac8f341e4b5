"""Recognises a customer of a bug by address, conversation or account, and decides who joins as somebody new."""

from collections.abc import Iterator
from functools import partial

from bot.bug.bug import Bug
from bot.bug.customers.customer import Customer, Face
from bot.bug.customers.customers import CustomerJoined
from bot.bug.values import CustomerHint


def join(
    bug: Bug, hint: CustomerHint, *, via: str, source: str = "", conversation: str = "", url: str = ""
) -> CustomerJoined | None:
    """Somebody waits because of this bug; None if nothing new is known of them."""
    joined = partial(CustomerJoined, via=via, source=source, conversation=conversation, url=url)
    found = _same_person(bug, hint, source, conversation)
    if found:
        stays, goes = found
        return joined(customer=stays.id, hint=_best(found, hint), again=True, same=goes.id)
    known = find(bug, hint, source, conversation)
    if known is None:
        whose = _whose(bug, source, conversation)
        return joined(customer=next_id(bug), hint=hint, beside=whose.id if whose else "")
    if _only_account(known, hint, source, conversation) and _new_name(known, hint):
        return joined(customer=known.id, hint=hint, again=True, same=next_id(bug))
    if known.pairs and not _new_name(known, hint):
        hint = hint.called(known.hint.name or hint.name)
    if _nothing_new(known, hint, source, conversation):
        return None
    return joined(customer=known.id, hint=hint, again=True)


def _whose(bug: Bug, source: str, conversation: str) -> Customer | None:
    """Who began this conversation."""
    began = (
        c
        for c in bug.customers
        for f in _faces(c)
        if conversation and (f.source, f.conversation) == (source, conversation)
    )
    return next(began, None)


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
    known = [id_ for c in bug.customers for id_ in (c.id, *(one.id for pair in c.pairs for one in pair.sides))]
    return f"c{max((int(id_[1:]) for id_ in known), default=0) + 1 + skip}"


def _only_account(known: Customer, hint: CustomerHint, source: str, conversation: str) -> bool:
    """Nothing but the account says that they are the same."""
    place = (source, conversation)
    return not any(_by_address(face, hint, place) or _by_talk(face, hint, place) for face in _faces(known))


def _new_name(known: Customer, hint: CustomerHint) -> bool:
    """They call themselves as nobody did who has this account."""
    names = {known.hint.name, *(one.hint.name for pair in known.pairs for one in pair.sides)}
    return bool(known.hint.name and hint.name) and hint.name.casefold() not in {n.casefold() for n in names}


def _nothing_new(known: Customer, hint: CustomerHint, source: str, conversation: str) -> bool:
    same = known.hint.completed(hint) == known.hint
    return same and (not source or (source, conversation) == (known.source, known.conversation))


def find(bug: Bug, hint: CustomerHint, source: str = "", conversation: str = "") -> Customer | None:
    """The customer of this bug with that e-mail address, conversation or id; an address other than theirs is somebody else's.

    Who was taken for them counts as they do.
    """
    ways = (_by_address, _by_talk, _by_id)
    found = (c for way in ways for c in bug.customers if any(way(f, hint, (source, conversation)) for f in _faces(c)))
    return next(found, None)


def _faces(customer: Customer) -> Iterator[Face]:
    yield customer
    for pair in customer.pairs:
        yield from pair.sides


def _by_address(face: Face, hint: CustomerHint, _place: tuple[str, str]) -> bool:
    return bool(hint.email) and face.hint.email.casefold() == hint.email.casefold()


def _by_talk(face: Face, hint: CustomerHint, place: tuple[str, str]) -> bool:
    return bool(place[1]) and (face.source, face.conversation) == place and not (hint.email and face.hint.email)


def _by_id(face: Face, hint: CustomerHint, _place: tuple[str, str]) -> bool:
    return bool(hint.id) and not hint.email and face.hint.id == hint.id

"""How customers, what they are told and what they get change with each event."""

from collections.abc import Callable
from datetime import datetime
from itertools import zip_longest
from typing import Any

from bot.bug import events as e
from bot.bug.bug import Bug, Customer, Given, Message, TellAsk
from bot.bug.events import Event

Change = dict[str, Any]


def _with(bug: Bug, id_: str, change: Callable[[Customer], Change]) -> Change:
    return {"customers": tuple(c.model_copy(update=change(c)) if c.id == id_ else c for c in bug.customers)}


def joined(bug: Bug, event: e.CustomerJoined, at: datetime, _by: str) -> Change:
    if bug.customer(event.customer):
        known = {k: v for k in ("source", "conversation", "url") if (v := getattr(event, k))}
        return _with(bug, event.customer, lambda c: {**known, "hint": _merge(c, event)})
    new = Customer(
        id=event.customer,
        hint=event.hint,
        via=event.via,
        since=at,
        source=event.source,
        conversation=event.conversation,
        url=event.url,
    )
    return {"customers": (*bug.customers, new)}


def _merge(customer: Customer, event: e.CustomerJoined) -> object:
    known = {k: v for k, v in event.hint.model_dump().items() if v}
    return customer.hint.model_copy(update=known)


def wrote(bug: Bug, event: e.CustomerWrote, _at: datetime, _by: str) -> Change:
    known = {
        k: v
        for k in ("source", "conversation", "url", "subject", "message_id", "references")
        if (v := getattr(event, k))
    }

    def change(customer: Customer) -> Change:
        since = customer.since if customer.said_at else min(customer.since, event.at)
        return {**known, "said": event.text, "said_at": event.at, "since": since}

    return _with(bug, event.customer, change)


def presence(bug: Bug, event: e.CustomerPresence, at: datetime, _by: str) -> Change:
    left = None if event.online else at
    return _with(bug, event.customer, lambda _c: {"online": event.online, "left_at": left})


def account_seen(bug: Bug, event: e.AccountSeen, _at: datetime, _by: str) -> Change:
    seen = {name: getattr(event, name) for name in ("plan", "currency", "monthly", "terms")}
    return _with(bug, event.customer, lambda _c: seen)


def _message(bug: Bug, kind: str, event: e.Answered | e.Told, at: datetime, by: str) -> tuple[Customer, ...]:
    promised = event.promised if isinstance(event, e.Answered) else None
    new = Message(seq=bug.seq + 1, kind=kind, text=event.text, at=at, by=by, promised=promised)
    return tuple(
        c.model_copy(update={"messages": (*c.messages, new)}) if c.id in event.customers else c for c in bug.customers
    )


def answered(bug: Bug, event: e.Answered, at: datetime, by: str) -> Change:
    return {"customers": _message(bug, "answered", event, at, by), "back_by": event.promised or bug.back_by}


def told(bug: Bug, event: e.Told, at: datetime, by: str) -> Change:
    sentences = zip_longest(event.grants, event.thanks[: len(event.grants)], fillvalue="")
    given = tuple(Given(tell=bug.seq + 1, grant=g, thanks=said) for g, said in sentences)
    customers = _message(bug, "told", event, at, by)
    return {
        "customers": tuple(
            c.model_copy(update={"given": (*c.given, *given)}) if c.id in event.customers else c for c in customers
        )
    }


def _settled(bug: Bug, customer: str, seq: int, update: Change) -> Change:
    def change(c: Customer) -> Change:
        return {"messages": tuple(m.model_copy(update=update) if m.seq == seq else m for m in c.messages)}

    return _with(bug, customer, change)


def delivered(bug: Bug, event: e.Delivered, at: datetime, _by: str) -> Change:
    update: Change = {"state": event.state, "external_id": event.external_id, "at": at}
    return _settled(bug, event.customer, event.message, update)


def not_delivered(bug: Bug, event: e.NotDelivered, _at: datetime, _by: str) -> Change:
    return _settled(bug, event.customer, event.message, {"state": "doubtful" if event.doubtful else "failed"})


def _given(bug: Bug, customer: str, match: Callable[[Given], bool], update: Change) -> Change:
    def change(c: Customer) -> Change:
        return {"given": tuple(g.model_copy(update=update) if match(g) else g for g in c.given)}

    return _with(bug, customer, change)


def granted(bug: Bug, event: e.Granted, _at: datetime, _by: str) -> Change:
    def same(given: Given) -> bool:
        return given.tell == event.tell and given.grant == event.grant

    return _given(
        bug,
        event.customer,
        same,
        {"state": "granted", "seq": bug.seq + 1, "code": event.receipt.before.get("code", "")},
    )


def not_granted(bug: Bug, event: e.NotGranted, _at: datetime, _by: str) -> Change:
    def same(given: Given) -> bool:
        return given.tell == event.tell and given.grant == event.grant

    return _given(bug, event.customer, same, {"state": "doubtful" if event.doubtful else "failed"})


def skipped(bug: Bug, event: e.TellSkipped, _at: datetime, _by: str) -> Change:
    left = (c.model_copy(update={"skipped": True}) if c.id in event.customers else c for c in bug.customers)
    return {"customers": tuple(left)}


def released(bug: Bug, event: e.TellReleased, _at: datetime, _by: str) -> Change:
    def pending(given: Given) -> bool:
        return given.tell == event.tell and given.state != "granted"

    return _given(bug, event.customer, pending, {"state": "dropped"})


def undone(bug: Bug, event: e.GrantUndone, _at: datetime, _by: str) -> Change:
    def change(customer: Customer) -> Customer:
        state = "ended" if event.ended else "undone"
        given = (g.model_copy(update={"state": state}) if g.seq == event.granted else g for g in customer.given)
        return customer.model_copy(update={"given": tuple(given)})

    return {"customers": tuple(change(c) for c in bug.customers)}


def anew(bug: Bug, at: datetime) -> Change:
    """It does not work after all: whoever was told that it does waits again, since they said so or since now."""

    def waits(customer: Customer) -> Customer:
        told = customer.told_at
        if told is None:
            return customer
        said = customer.said_at if customer.said_at and customer.said_at > told else None
        return customer.model_copy(update={"anew": bug.seq + 1, "since": said or at, "said_at": said})

    return {"customers": tuple(map(waits, bug.customers))}


def tell_asked(bug: Bug, event: e.TellAsked, _at: datetime, by: str) -> Change:
    same = {name: getattr(event, name) for name in ("customers", "text", "grants", "asked")}
    return {"tell_asks": (*bug.tell_asks, TellAsk(seq=bug.seq + 1, by=by, **same))}


def tell_decided(bug: Bug, event: e.TellApproved | e.TellRefused, _at: datetime, _by: str) -> Change:
    return {"tell_asks": tuple(ask for ask in bug.tell_asks if ask.seq != event.asked)}


FOLDERS: dict[type[Event], Callable[[Bug, Any, datetime, str], Change]] = {
    e.CustomerJoined: joined,
    e.CustomerWrote: wrote,
    e.CustomerPresence: presence,
    e.AccountSeen: account_seen,
    e.Answered: answered,
    e.Told: told,
    e.TellAsked: tell_asked,
    e.TellApproved: tell_decided,
    e.TellRefused: tell_decided,
    e.TellSkipped: skipped,
    e.TellReleased: released,
    e.Delivered: delivered,
    e.NotDelivered: not_delivered,
    e.Granted: granted,
    e.NotGranted: not_granted,
    e.GrantUndoAsked: lambda _b, _e, _at, _by: {},
    e.GrantUndone: undone,
    e.GrantKept: lambda _b, _e, _at, _by: {},
    e.CustomerFelt: lambda _b, _e, _at, _by: {},
}

"""Who is in a retro: what the team did and wrote, how each customer fared and what they got."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.bug import events as e
from bot.bug.bug import Bug, Customer
from bot.bug.events import Event
from bot.bug.fixes import events as f
from bot.bug.retro.model import Deeds, EntryLike, Gift, Remark, Served
from bot.bug.retro.mood import mood
from bot.bug.values import ActorKind, Grant, Upgrade

DEEDS: dict[type[Event], str] = {
    e.Claimed: "claim",
    e.HandedOver: "hand-over",
    e.TakenOver: "take-over",
    e.Estimated: "estimate",
    e.Answered: "first answer",
    e.Told: "tell",
    e.Fixed: "all-clear",
    e.Reopened: "reopening",
    e.Dismissed: "dismissal",
    e.Paid: "debt paid",
    e.Said: "remark",
    f.LookAsked: "look",
    f.FixConfirmed: "fix",
    f.FixApproved: "approval",
    f.FixRejected: "rejection",
    f.FixSettled: "check of production",
}
GLASS = "run without approval"
LATER = timedelta(hours=1)
"""A word in the same talk is not a return."""


def deeds(entries: Sequence[EntryLike]) -> tuple[Deeds, ...]:
    """In the order in which people came in; what the machinery did by itself is nobody's deed."""
    counts: dict[str, Counter[str]] = {}
    for entry in entries:
        label = _label(entry.event)
        if label and (person := _person(entry)):
            counts.setdefault(person, Counter())[label] += 1
    return tuple(Deeds(person=person, done=dict(done)) for person, done in counts.items())


def _label(event: Event) -> str | None:
    return GLASS if isinstance(event, f.FixApproved) and event.break_glass else DEEDS.get(type(event))


def _person(entry: EntryLike) -> str | None:
    if isinstance(entry.event, e.Said):
        return entry.event.user
    return str(entry.by) if entry.by.kind in {ActorKind.PERSON, ActorKind.CLI} else None


def thread(entries: Sequence[EntryLike]) -> tuple[Remark, ...]:
    """What people wrote, as they left it: the newest wording, and nothing of what they deleted."""
    remarks: dict[str, Remark] = {}
    for entry in entries:
        match entry.event:
            case e.Said() as said:
                remarks.setdefault(said.ts, Remark(at=entry.at, by=said.user, text=said.text))
            case e.SaidAgain(deleted=True) as said:
                remarks.pop(said.ts, None)
            case e.SaidAgain() as said if said.ts in remarks:
                remarks[said.ts] = remarks[said.ts].model_copy(update={"text": said.text, "edited": True})
            case _:
                continue
    return tuple(remarks.values())


def served(entries: Sequence[EntryLike], bug: Bug) -> tuple[Served, ...]:
    return tuple(_served(entries, c) for c in bug.customers)


def _served(entries: Sequence[EntryLike], customer: Customer) -> Served:
    told = customer.told_at
    words = _last_words(entries, customer.id, told) if told else ""
    return Served(
        id=customer.id,
        name=customer.name,
        waited=(told - customer.since).total_seconds() if told else None,
        answered=customer.answered_at is not None,
        told=told is not None,
        skipped=customer.skipped,
        came_back=bool(told and _seen_later(entries, customer.id, told)),
        bought=bool(told and _bought(entries, customer, told)),
        mood=mood(words),
        words=words,
    )


def _last_words(entries: Sequence[EntryLike], id_: str, told: datetime) -> str:
    wrote = (x.event for x in reversed(entries) if isinstance(x.event, e.CustomerWrote) and x.at > told)
    return next((event.text for event in wrote if event.customer == id_), "")


def _seen_later(entries: Sequence[EntryLike], id_: str, told: datetime) -> bool:
    return any(
        (isinstance(x.event, e.CustomerWrote) or (isinstance(x.event, e.CustomerPresence) and x.event.online))
        and x.event.customer == id_
        and x.at - told >= LATER
        for x in entries
    )


def _bought(entries: Sequence[EntryLike], customer: Customer, told: datetime) -> bool:
    """Another plan than before, which we did not give them."""
    seen = [
        (x.at, x.event.plan) for x in entries if isinstance(x.event, e.AccountSeen) and x.event.customer == customer.id
    ]
    before = [plan for at, plan in seen if at <= told]
    after = [plan for at, plan in seen if at > told]
    ours = {g.grant.plan for g in customer.given if isinstance(g.grant, Upgrade)}
    return bool(before and after and after[-1] and after[-1] != before[-1] and after[-1] not in ours)


def gifts(entries: Sequence[EntryLike], bug: Bug) -> tuple[Gift, ...]:
    """What was booked, in order, then what nobody knows of."""
    undone = {x.event.granted: x.at for x in entries if isinstance(x.event, e.GrantUndone) and not x.event.ended}
    booked = (_booked(x, x.event, bug, undone.get(x.seq)) for x in entries if isinstance(x.event, e.Granted))
    return (*booked, *_doubtful(entries, bug))


def _booked(entry: EntryLike, event: e.Granted, bug: Bug, undone: datetime | None) -> Gift:
    return Gift(
        at=entry.at,
        customer=_name(bug, event.customer),
        account=event.receipt.account or event.customer,
        grant=event.grant,
        state="undone" if undone else "granted",
        undone_at=undone,
    )


def _doubtful(entries: Sequence[EntryLike], bug: Bug) -> tuple[Gift, ...]:
    """Cut off while it was booked, and not cleared up since."""
    asked: dict[tuple[str, int, Grant], datetime] = {
        (x.event.customer, x.event.tell, x.event.grant): x.at for x in entries if isinstance(x.event, e.NotGranted)
    }
    return tuple(
        Gift(at=asked[c.id, g.tell, g.grant], customer=c.name, account=c.id, grant=g.grant, state="doubtful")
        for c in bug.customers
        for g in c.given
        if g.state == "doubtful"
    )


def _name(bug: Bug, id_: str) -> str:
    customer = bug.customer(id_)
    return customer.name if customer else "a customer"

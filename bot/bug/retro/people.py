"""The people of a retro: what the team did and wrote, and what each customer waited for and got."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.bug.arriving.feelings import LATER
from bot.bug.bug import Bug
from bot.bug.course.conversation import Pinned, Said, SaidDeleted, SaidEdited, Unpinned
from bot.bug.course.course import Dismissed, Fixed, Reopened
from bot.bug.course.ownership import Claimed, Estimated, HandedOver, TakenOver
from bot.bug.customers.customer import Customer
from bot.bug.customers.customers import AccountSeen, CustomerPresence, CustomerWrote
from bot.bug.debt.debt import Paid
from bot.bug.debt.waiving import Waived
from bot.bug.event import EntryLike, Event
from bot.bug.fixes.approval import FixApproved, FixConfirmed, FixRejected
from bot.bug.fixes.doubt import FixSettled
from bot.bug.fixes.looks import LookAsked
from bot.bug.fixes.review import FixHandedOn, FixSentBack
from bot.bug.gifts.gifts import Granted, GrantUndone, NotGranted
from bot.bug.money import Grant, Upgrade
from bot.bug.retro.lesson import HowWeDidWritten, LessonWritten
from bot.bug.retro.model import Deeds, Gift, Pin, Remark, ServedCustomer
from bot.bug.retro.mood import mood
from bot.bug.retro.tasks import TaskAdded
from bot.bug.telling.messages import Answered, Told
from bot.bug.values import ActorKind

DEEDS: dict[type[Event], str] = {
    Claimed: "claim",
    HandedOver: "hand-over",
    TakenOver: "take-over",
    Estimated: "estimate",
    Answered: "first answer",
    Told: "tell",
    Fixed: "all-clear",
    Reopened: "reopening",
    Dismissed: "dismissal",
    Paid: "debt paid",
    Waived: "waiver",
    LessonWritten: "answer",
    HowWeDidWritten: "answer",
    TaskAdded: "task",
    Said: "remark",
    LookAsked: "look",
    FixConfirmed: "fix",
    FixApproved: "approval",
    FixRejected: "rejection",
    FixSentBack: "request for changes",
    FixHandedOn: "approval handed on",
    FixSettled: "check of production",
}
GLASS = "run without approval"


def deeds(entries: Sequence[EntryLike]) -> tuple[Deeds, ...]:
    """In the order in which people came in; what the machinery did by itself is nobody's deed."""
    counts: dict[str, Counter[str]] = {}
    for entry in entries:
        label = _label(entry.event)
        if label and (person := _person(entry)):
            counts.setdefault(person, Counter())[label] += 1
    return tuple(Deeds(person=person, done=dict(done)) for person, done in counts.items())


def _label(event: Event) -> str | None:
    return GLASS if isinstance(event, FixApproved) and event.break_glass else DEEDS.get(type(event))


def _person(entry: EntryLike) -> str | None:
    if isinstance(entry.event, Said):
        return entry.event.user
    return str(entry.by) if entry.by.kind in {ActorKind.PERSON, ActorKind.CLI} else None


def thread(entries: Sequence[EntryLike]) -> tuple[Remark, ...]:
    """What people wrote, as they left it: the newest wording, and nothing of what they deleted."""
    remarks: dict[str, Remark] = {}
    for entry in entries:
        match entry.event:
            case Said() as said:
                remarks.setdefault(said.ts, Remark(at=entry.at, by=said.user, text=said.text, files=said.files))
            case SaidDeleted() as said:
                remarks.pop(said.ts, None)
            case SaidEdited() as said if said.ts in remarks:
                first = remarks[said.ts]
                remarks[said.ts] = Remark(at=first.at, by=first.by, text=said.text, edited=True, files=first.files)
            case _:
                continue
    return tuple(remarks.values())


def pinned(entries: Sequence[EntryLike]) -> tuple[Pin, ...]:
    """What is pinned still, as it reads now, in the order in which it was written."""
    first: dict[str, Pinned] = {}
    by: dict[str, dict[tuple[str, str], str]] = {}
    words: dict[str, str] = {}
    for entry in entries:
        match entry.event:
            case Said() | SaidEdited() as said:
                words[said.ts] = said.text
            case Pinned() as pin:
                first.setdefault(pin.ts, pin)
                by.setdefault(pin.ts, {})[_hand(pin, entry)] = str(entry.by)
            case Unpinned() as pin:
                by.get(pin.ts, {}).pop(_hand(pin, entry), None)
            case SaidDeleted() as said:
                by.pop(said.ts, None)
            case _:
                continue
    standing = sorted((pin for ts, pin in first.items() if by.get(ts)), key=lambda pin: pin.at)
    return tuple(
        Pin(
            at=pin.at,
            by=pin.user,
            text=words.get(pin.ts, pin.text),
            pinned_by=tuple(dict.fromkeys(by[pin.ts].values())),
            files=pin.files,
        )
        for pin in standing
    )


def _hand(pin: Pinned | Unpinned, entry: EntryLike) -> tuple[str, str]:
    """A message is pinned once, whoever takes the pin away; a pushpin is each one's own."""
    return (pin.via, str(entry.by) if pin.via == "reaction" else "")


def served(entries: Sequence[EntryLike], bug: Bug) -> tuple[ServedCustomer, ...]:
    return tuple(_served(entries, c) for c in bug.customers)


class Fared(Protocol):
    """How one customer fared, as far as it is counted."""

    @property
    def told(self) -> bool: ...
    @property
    def waited(self) -> float | None: ...
    @property
    def came_back(self) -> bool: ...
    @property
    def bought(self) -> bool: ...


class _Fared(NamedTuple):
    told: bool
    waited: float | None
    came_back: bool
    bought: bool


def fared(entries: Sequence[EntryLike], customer: Customer) -> Fared:
    told = customer.told_at
    if told is None:
        return _Fared(told=False, waited=None, came_back=False, bought=False)
    return _Fared(
        told=True,
        waited=(told - customer.since).total_seconds(),
        came_back=_seen_later(entries, customer.id, told),
        bought=_bought(entries, customer, told),
    )


def _served(entries: Sequence[EntryLike], customer: Customer) -> ServedCustomer:
    counted, told = fared(entries, customer), customer.told_at
    words = _last_words(entries, customer.id, told) if told else ""
    return ServedCustomer(
        id=customer.id,
        name=customer.name,
        waited=counted.waited,
        answered=customer.answered_at is not None,
        told=counted.told,
        skipped=customer.skipped,
        came_back=counted.came_back,
        bought=counted.bought,
        mood=mood(words),
        words=words,
    )


def _last_words(entries: Sequence[EntryLike], id_: str, told: datetime) -> str:
    wrote = (x.event for x in reversed(entries) if isinstance(x.event, CustomerWrote) and x.at > told)
    return next((event.text for event in wrote if event.customer == id_), "")


def _seen_later(entries: Sequence[EntryLike], id_: str, told: datetime) -> bool:
    return any(
        (isinstance(x.event, CustomerWrote) or (isinstance(x.event, CustomerPresence) and x.event.online))
        and x.event.customer == id_
        and x.at - told >= LATER
        for x in entries
    )


def _bought(entries: Sequence[EntryLike], customer: Customer, told: datetime) -> bool:
    """Another plan than before, which we did not give them."""
    seen = [
        (x.at, x.event.plan) for x in entries if isinstance(x.event, AccountSeen) and x.event.customer == customer.id
    ]
    before = [plan for at, plan in seen if at <= told]
    after = [plan for at, plan in seen if at > told]
    ours = {g.grant.plan for g in customer.given if isinstance(g.grant, Upgrade)}
    return bool(before and after and after[-1] and after[-1] != before[-1] and after[-1] not in ours)


def gifts(entries: Sequence[EntryLike], bug: Bug) -> tuple[Gift, ...]:
    """What was booked, in order, then what nobody knows of."""
    undone = {x.event.granted: x.at for x in entries if isinstance(x.event, GrantUndone) and not x.event.ended}
    booked = (_booked(x, x.event, bug, undone.get(x.seq)) for x in entries if isinstance(x.event, Granted))
    return (*booked, *_doubtful(entries, bug))


def _booked(entry: EntryLike, event: Granted, bug: Bug, undone: datetime | None) -> Gift:
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
        (x.event.customer, x.event.tell, x.event.grant): x.at for x in entries if isinstance(x.event, NotGranted)
    }
    return tuple(
        Gift(at=asked[c.id, g.tell, g.grant], customer=c.name, account=c.id, grant=g.grant, state="doubtful")
        for c in bug.customers
        for g in c.given_here
        if g.state == "doubtful"
    )


def _name(bug: Bug, id_: str) -> str:
    customer = bug.customer(id_)
    return customer.name if customer else "a customer"

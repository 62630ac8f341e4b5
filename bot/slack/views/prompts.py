"""Decides what an entry asks of somebody beyond its line in the thread. Most entries ask nothing. Pure."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.bug.bug import Bug, Status
from bot.bug.clocks.clocks import WORKING
from bot.bug.clocks.reminders import Reminded
from bot.bug.course.news import Resembles, TrackerSaid
from bot.bug.customers.customer import Customer, Message
from bot.bug.customers.customers import CustomerFelt, CustomerJoined, CustomerWrote
from bot.bug.customers.one_person import SamePerson
from bot.bug.debt.board import BoardCardMoved
from bot.bug.debt.waiving import Waived
from bot.bug.event import Event
from bot.bug.fixes.approval import FixApproved
from bot.bug.gifts.gifts import GrantKept, NotGranted, TellApproved, TellAsked
from bot.bug.telling.by_hand import WroteOutside
from bot.bug.telling.gift_texts import letter
from bot.bug.telling.messages import NotDelivered
from bot.bug.words import service_name
from bot.ledger.ledger import Entry
from bot.slack.views.mrkdwn import block, foreign, gift, link, who
from bot.slack.views.prompt import Button, Offer, button, call, name, title
from bot.slack.views.reminders import reminder
from bot.slack.views.thread_lines import line

ENDED = frozenset({Status.CLOSED, Status.DISMISSED})
THOUGHT_FIXED = frozenset({Status.FIXED, Status.OWED, *ENDED})
WORDS = 300


def offer(bug: Bug, entry: Entry, now: datetime) -> Offer | None:
    found = OFFERS.get(type(entry.event))
    return found(bug, entry, now) if found else None


def _reminded(bug: Bug, entry: Entry, now: datetime) -> Offer | None:
    return reminder(bug, entry.event, now) if isinstance(entry.event, Reminded) else None


def _tell_asked(bug: Bug, entry: Entry, _now: datetime) -> Offer | None:
    event = entry.event
    if not isinstance(event, TellAsked) or not any(request.seq == entry.seq for request in bug.tell_requests):
        return None
    names = ", ".join(name(bug.customer(id_)) for id_ in event.customers[:5])
    gifts = " + ".join(map(gift, event.grants))
    text = (
        f"{who(str(entry.by))} wants to give {names} {gifts} for *{title(bug)}*. That passes {foreign(event.why, 200)}."
    )
    said = f"{text}\n>{foreign(event.text, WORDS, one_line=True)}"
    about = {"request": entry.seq}
    if not event.asked:  # nobody else is here: who asked decides, and types how many get it
        alone = button("Let it pass alone…", "approve_tell", "danger", request=entry.seq)
        return Offer(
            text=said, buttons=(alone, button("Not after all…", "refuse_tell", request=entry.seq)), to=(str(entry.by),)
        )
    yes, no = (
        button("Let it pass", "approve_tell", "primary", **about),
        button("No…", "refuse_tell", "danger", **about),
    )
    return Offer(text=said, buttons=(yes, no), to=event.asked)


def _went_on(bug: Bug, entry: Entry, _now: datetime) -> Offer | None:
    """Into the channel: somebody ran, gave or waived something that nobody else approved."""
    event = entry.event
    alone = isinstance(event, FixApproved | TellApproved | Waived) and event.typed
    glass = isinstance(event, FixApproved) and event.break_glass
    words = line(entry, bug, who(str(entry.by))) if alone or glass else ""
    return Offer(text=f"*{title(bug)}*: {words}", loud=True) if words else None


def _resolved(bug: Bug, entry: Entry, _now: datetime) -> Offer | None:
    if not isinstance(entry.event, TrackerSaid) or entry.event.what != "resolved" or bug.status not in WORKING:
        return None
    whom = f"{who(bug.owner)} " if bug.owner else ""
    said = foreign(service_name(str(entry.by.id)), 40)
    text = f"{whom}{said} says that *{title(bug)}* is resolved. Does it work again?"
    return Offer(text=text, buttons=(button("It works", "fixed", "primary"),))


def _resembles(bug: Bug, entry: Entry, _now: datetime) -> Offer | None:
    event = entry.event
    if not isinstance(event, Resembles) or bug.status is Status.MERGED:
        return None
    why = {"customer": "A customer whom it hit told of", "page": "On the same page happened"}[event.why]
    text = f"{why} BUG-{event.bug}. Is *{title(bug)}* the same?"
    same = button(f"Same as BUG-{event.bug}", "merge", "primary", into=event.bug)
    return Offer(text=text, buttons=(same,), loud=True)


def _felt(bug: Bug, entry: Entry, _now: datetime) -> Offer | None:
    event = entry.event
    if not isinstance(event, CustomerFelt) or event.what != "still_broken" or bug.status not in THOUGHT_FIXED:
        return None
    whom = f"{who(bug.owner)} " if bug.owner else ""
    text = f"{whom}{name(bug.customer(event.customer))} was told that *{title(bug)}* works, and says it does not."
    return Offer(text=text, buttons=(_reopen(),), loud=True)


def _reopen() -> Button:
    return button("Reopen…", "reopen", "danger")


def _wrote(bug: Bug, entry: Entry, _now: datetime) -> Offer | None:
    """A bug that has ended is not looked at any more; what is written there must be."""
    event = entry.event
    if not isinstance(event, CustomerWrote) or bug.status not in ENDED:
        return None
    said = foreign(event.text, WORDS, one_line=True)
    customer = name(bug.customer(event.customer))
    whom = f"{who(bug.owner)} " if bug.owner else ""
    return Offer(
        text=f"{whom}{customer} writes again, and *{title(bug)}* is {bug.status.value}: “{said}”",
        buttons=(_reopen(),),
        loud=True,
    )


def _not_delivered(bug: Bug, entry: Entry, _now: datetime) -> Offer | None:
    """The words as they can be pasted, to who wrote them."""
    event = entry.event
    if not isinstance(event, NotDelivered):
        return None
    customer = bug.customer(event.customer)
    message = next((m for m in customer.messages if m.seq == event.message), None) if customer else None
    if customer is None or message is None or message.state not in {"failed", "doubtful"}:
        return None
    return _paste(bug, customer, message, event.why)


def _wrote_outside(bug: Bug, entry: Entry, _now: datetime) -> Offer | None:
    """Once it works, what somebody writes there may have been the tell."""
    event = entry.event
    if not isinstance(event, WroteOutside) or bug.status is not Status.FIXED or not bug.fixed_at:
        return None
    customer = bug.customer(event.customer)
    if customer not in bug.untold or event.at < bug.fixed_at:
        return None
    who_ = foreign(event.writer or "Somebody of the team", 60, one_line=True)
    said = foreign(event.text, WORDS, one_line=True)
    text = f"{who_} wrote to {name(customer)}: “{said}” Does {name(customer)} know by that that *{title(bug)}* works?"
    known = button("They know", "they_know", "primary", message=entry.seq, customer=event.customer)
    return Offer(text=text, buttons=(known,), loud=True)


def _joined(bug: Bug, entry: Entry, _now: datetime) -> Offer | None:
    """Who wrote in somebody's conversation is somebody else, and who proved to be somebody known is them, until a person says otherwise."""
    event = entry.event
    if not isinstance(event, CustomerJoined):
        return None
    if event.same:
        what = "named the same address" if event.hint.email else "have the same account"
        return _one(bug, event.customer, event.same, f"They {what}, so they are taken for one person.")
    new, whose = bug.customer(event.customer), bug.customer(event.beside)
    if not new or not whose:
        return None
    wrote = f"{bug.ref}: {name(new)} wrote in the conversation of {name(whose)}"
    text = f"{wrote}: somebody else, whom no message of ours goes to unless you choose them."
    return Offer(text=text, buttons=(button("Same person", "same_person", customer=whose.id, other=new.id),))


def _said_one(bug: Bug, entry: Entry, _now: datetime) -> Offer | None:
    event = entry.event
    return _one(bug, event.customer, event.same, "") if isinstance(event, SamePerson) else None


def _one(bug: Bug, customer: str, gone: str, why: str) -> Offer | None:
    known = bug.customer(customer)
    pair = next((pair for pair in known.pairs if pair.gone.id == gone), None) if known else None
    if not pair:
        return None
    was = pair.gone.hint
    other = foreign(was.name or was.email or was.id, 60, one_line=True) or "a visitor without a name"
    text = f"{bug.ref}: {name(known)} and {other} are one customer now. {why}".strip()
    return Offer(text=text, buttons=(button("Part them", "part", customer=customer, other=gone),))


def _not_granted(bug: Bug, entry: Entry, _now: datetime) -> Offer | None:
    """The customer is not told of it, nor of anything, before somebody says so."""
    event = entry.event
    if not isinstance(event, NotGranted):
        return None
    customer = bug.customer(event.customer)
    message = next((m for m in customer.messages if m.seq == event.tell), None) if customer else None
    if customer is None or message is None:
        return None
    if event.homeless:
        return _homeless(bug, customer, message, event)
    if message.state != "waiting":
        return None
    said = "Nobody knows whether it was booked: look at the billing system" if event.doubtful else "It was not booked"
    text = (
        f"{name(customer)} should get {gift(event.grant)} for *{title(bug)}*. {said}: {foreign(event.why, 200)}."
        " Your message waits; what was not booked is not mentioned in it."
    )
    tell = button("Tell without it", "release_tell", "primary", message=event.tell, customer=customer.id)
    return Offer(text=text, buttons=(tell,), to=(message.by,) if message.by[:1] in {"U", "W"} else ())


def _homeless(bug: Bug, customer: Customer, message: Message, event: NotGranted) -> Offer:
    """The good news goes; what was promised in it waits for a person."""
    text = (
        f"{name(customer)} should get {gift(event.grant)} for *{title(bug)}*, and the billing system has no account of theirs. "
        f"Your message goes without it. Once the account is there, `/tell {bug.ref}` gives it."
    )
    return Offer(text=text, to=(message.by,) if message.by[:1] in {"U", "W"} else ())


def _paste(bug: Bug, customer: Customer, message: Message, why: str) -> Offer:
    there = f"\n{link(customer.url, 'Open the chat')}" if customer.url else ""
    text = f"Please tell {name(customer)} yourself (*{title(bug)}*): {foreign(why, 200)}.\n{block(letter(customer, message), 2000)}{there}"
    told = button("I told them", "by_hand", "primary", message=message.seq, customer=customer.id)
    return Offer(text=text, buttons=(told,), to=(message.by,) if message.by[:1] in {"U", "W"} else ())


def _moved(bug: Bug, entry: Entry, _now: datetime) -> Offer | None:
    """Somebody put the board's card of an open bug away: perhaps it is no bug."""
    event = entry.event
    if not isinstance(event, BoardCardMoved) or event.stage not in PUT_AWAY or bug.status not in WORKING:
        return None
    who_ = foreign(event.by, 60, one_line=True) or "Somebody"
    text = (
        f"{call((bug.owner,)) if bug.owner else ''} {who_} put the board card of *{title(bug)}* away. Is it not a bug?"
    )
    return Offer(text=text.strip(), buttons=(button("Not a bug…", "dismiss"), button("It works", "fixed")))


def _kept(bug: Bug, entry: Entry, _now: datetime) -> Offer | None:
    event = entry.event
    if not isinstance(event, GrantKept):
        return None
    text = f"A makegood of *{title(bug)}* could not be taken back: {foreign(event.why, WORDS)}. Look at the billing system."
    return Offer(text=text, to=(bug.owner,) if bug.owner else (), loud=not bug.owner)


def settled(bug: Bug, entry: Entry) -> str:
    """What stands where an approver's buttons were."""
    decided = {"tell_approved": "let pass", "tell_refused": "refused"}.get(entry.event.KIND, "decided")
    return f"*{title(bug)}*: the makegood was {decided} by {who(str(entry.by))}."


PUT_AWAY = frozenset({"archived", "Not a bug"})
OFFERS: dict[type[Event], Callable[[Bug, Any, datetime], Offer | None]] = {
    Reminded: _reminded,
    TellAsked: _tell_asked,
    TrackerSaid: _resolved,
    Resembles: _resembles,
    CustomerFelt: _felt,
    CustomerJoined: _joined,
    SamePerson: _said_one,
    CustomerWrote: _wrote,
    NotDelivered: _not_delivered,
    NotGranted: _not_granted,
    WroteOutside: _wrote_outside,
    BoardCardMoved: _moved,
    GrantKept: _kept,
    FixApproved: _went_on,
    TellApproved: _went_on,
    Waived: _went_on,
}

"""Finds the bug that a customer's message belongs to (surely, perhaps, or none), and what the bug learns from it."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot.bug.arriving.feelings import LATER, feeling
from bot.bug.bug import Bug
from bot.bug.customers.customer import Customer
from bot.bug.customers.customers import CustomerFelt, CustomerPresence, CustomerWrote
from bot.bug.customers.recognising import find, join
from bot.bug.event import Event
from bot.bug.telling.by_hand import outside
from bot.bug.values import Frozen, Inbound, InboundKind

SAME_PAGE_WITHIN = timedelta(hours=2)
JUST_NOW = timedelta(minutes=15)
CHATS = frozenset({"chatwoot", "crisp", "intercom"})
"""Where a message tells that its author is there. tawk.to tells of all but the first message when the chat is over."""
LATELY = timedelta(minutes=10)


class Match(Frozen):
    """`sure`: joined without asking. `maybe`: shown as a proposal."""

    sure: int | None = None
    maybe: int | None = None


def match(inbound: Inbound, bugs: Sequence[Bug], now: datetime) -> Match:
    """By who they are surely; perhaps by the page they name, or by the moment, where that leaves exactly one bug."""
    own = [b for b in bugs if find(b, inbound.customer, inbound.source, inbound.conversation)]
    if len(own) == 1:
        return Match(sure=own[0].ref.number)
    if own:
        return Match(maybe=own[0].ref.number)
    page = [b for b in bugs if _same_page(inbound, b, now)]
    near = page or [b for b in bugs if b.last_at and now - b.last_at <= JUST_NOW]
    return Match(maybe=near[0].ref.number) if len(near) == 1 else Match()


def _same_page(inbound: Inbound, bug: Bug, now: datetime) -> bool:
    """They wrote from (or name) a page on which this bug happened lately."""
    place = path(bug.page)
    if not place or place == "/" or bug.last_at is None or now - bug.last_at > SAME_PAGE_WITHIN:
        return False
    return place == path(inbound.page) or place in inbound.text


def same_time(one: Bug, other: Bug) -> bool:
    """They happened, or were told of, within the same hours."""
    return bool(one.last_at and other.last_at and abs(one.last_at - other.last_at) <= SAME_PAGE_WITHIN)


def path(url: str) -> str:
    try:
        return urlsplit(url).path.rstrip("/")
    except ValueError:
        return ""


def arrive(bug: Bug, inbound: Inbound, now: datetime) -> tuple[Event, ...]:
    """What the bug's trail learns: who it is, what they wrote, that they are there."""
    if inbound.kind is InboundKind.OURS:
        return outside(bug, inbound, now)
    place = {"source": inbound.source, "conversation": inbound.conversation, "url": inbound.url}
    joined = join(bug, inbound.customer, via=inbound.source, **place)
    known = find(bug, inbound.customer, inbound.source, inbound.conversation)
    customer = joined.customer if joined else (known.id if known else "")
    events: list[Event] = [joined] if joined else []
    if inbound.text and inbound.kind in {InboundKind.MESSAGE, InboundKind.STARTED}:
        events += [_wrote(customer, inbound, now), *_felt(known, inbound, now)]
    online = _online(inbound, now)
    if online is not None and (known is None or known.online is not online):
        events.append(CustomerPresence(customer=customer, online=online))
    return tuple(events)


def _felt(known: Customer | None, inbound: Inbound, now: datetime) -> Iterator[Event]:
    """What somebody says who was told that it works."""
    if known is None or known.told_at is None:
        return
    said = feeling(inbound.text)
    if said is None and now - known.told_at >= LATER:
        said = "came_back"
    if said:
        yield CustomerFelt(customer=known.id, what=said)


def _wrote(customer: str, inbound: Inbound, now: datetime) -> Event:
    return CustomerWrote(
        customer=customer,
        text=inbound.text,
        at=min(inbound.at, now) if inbound.at else now,
        source=inbound.source,
        conversation=inbound.conversation,
        url=inbound.url,
        subject=inbound.subject,
        message_id=inbound.message_id,
        references=inbound.references,
    )


def _online(inbound: Inbound, now: datetime) -> bool | None:
    """Who writes in a chat is there; a mail says nothing about it, nor does what was written a while ago and only arrives now."""
    match inbound.kind:
        case InboundKind.ENDED | InboundKind.OFFLINE:
            return False
        case InboundKind.ONLINE | InboundKind.STARTED:
            return True
        case InboundKind.MESSAGE if inbound.source in CHATS:
            return None if inbound.at and now - inbound.at > LATELY else True
        case _:
            return None

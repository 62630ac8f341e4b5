"""Judges whether a customer's bug and a tracker's error may be one. Pure."""

from collections.abc import Iterable, Sequence

from bot.bug.arriving.arrivals import path, same_time
from bot.bug.bug import Bug
from bot.bug.clocks.reminders import Reminded
from bot.bug.course.delivery import CaughtUp, Delayed
from bot.bug.course.news import AlertPosted, CardPosted, Enriched, Opened, Repeated, Resembles
from bot.bug.customers.customers import AccountSeen, CustomerJoined
from bot.bug.customers.recognising import find
from bot.bug.debt.board import BoardCardMade
from bot.bug.event import Event

ALERT_ONLY = frozenset(
    {
        Opened,
        AlertPosted,
        CardPosted,
        BoardCardMade,
        Enriched,
        Repeated,
        CustomerJoined,
        AccountSeen,
        Reminded,
        Delayed,
        CaughtUp,
    }
)
"""Entries that come by themselves: nobody has touched a bug that has no others."""


def alike(bug: Bug, others: Sequence[Bug]) -> Resembles | None:
    """The bug that a customer of this error told of, else one that was told of on the same page; the newest of several."""
    told = [b for b in others if b.ref != bug.ref and not b.groups]
    mine = [b for b in told if any(c.hint.email and find(b, c.hint) for c in bug.customers)]
    page = [b for b in told if _same_page(bug, b)]
    if mine:
        return Resembles(bug=mine[0].ref.number, why="customer")
    return Resembles(bug=page[0].ref.number, why="page") if page else None


def surely(bug: Bug, found: Resembles, others: Iterable[Bug]) -> bool:
    """The very customer told of one thing only, and that waits without a tracker's error."""
    told = [b for b in others if b.ref != bug.ref and not b.groups]
    return (
        found.why == "customer" and sum(any(find(b, c.hint) for c in bug.customers if c.hint.email) for b in told) == 1
    )


def untouched(trail: Iterable[type[Event]]) -> bool:
    return set(trail) <= ALERT_ONLY


def _same_page(bug: Bug, told: Bug) -> bool:
    place = path(bug.page)
    if place in {"", "/"} or not same_time(bug, told):
        return False
    return place == path(told.page) or any(place in text for text in (told.message, *(c.said for c in told.customers)))

"""Sums up a week or a month of bugs, with the lines that the accountant needs."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from math import ceil
from statistics import median
from typing import Literal, NamedTuple

from bot.bug.bug import Bug, Status
from bot.bug.fixes.fix import RunState
from bot.bug.money import Credit, Days, described
from bot.bug.retro.cost import booked, cost
from bot.bug.retro.model import Again, Booking, Gift, Summary, Times, Total, Unseen
from bot.bug.retro.shares import shares
from bot.bug.retro.span import ALWAYS, Span
from bot.bug.retro.tally import Counted


class Line(NamedTuple):
    """Something given, or taken back, or in doubt."""

    at: datetime
    bug: str
    gift: Gift
    state: Literal["granted", "undone", "doubtful"]

    @property
    def sign(self) -> int:
        return -1 if self.state == "undone" else 1


MINUTES, HOUR = 5 * 60, 67 * 60
"""Seconds within which a customer should know: while still there, or at least before the next appointment."""


def sum_up(stories: Iterable[Counted], of: Span = ALWAYS, unseen: Iterable[Bug] = ()) -> Summary:
    """Counts the bugs that began in that time, and books what was given in it whatever the bug's age.

    `unseen`: bugs of any age with something that was done alone and nobody else has seen.
    """
    everything = tuple(stories)
    begun = [story for story in everything if of.has(story.began_at)]
    lines = sorted((x for x in _lines(everything) if of.has(x.at)), key=lambda x: x.at)
    waits = [c.waited for story in begun for c in story.customers if c.told and c.waited is not None]
    return Summary(
        span=of.name,
        days=of.said if of.name else "",
        bugs=len(begun),
        dismissed=sum(story.status is Status.DISMISSED for story in begun),
        came_back=sum(story.came_back for story in begun),
        told=_customers(begun, "told"),
        told_in_5=sum(wait <= MINUTES for wait in waits),
        told_in_67=sum(wait <= HOUR for wait in waits),
        bought=_customers(begun, "bought"),
        returned=_customers(begun, "came_back"),
        owed=sum(bool(story.debt and story.debt.due_still) for story in begun),
        times=_times(begun, median),
        slow=_times(begun, _nine_in_ten),
        shares=shares(of, ((x.began_at, _customers([x], "told")) for x in begun)) if of.name else (),
        given=_totals(lines),
        cost=cost((x.gift.grant, x.sign) for x in lines if x.state != "doubtful"),
        again=_again(begun),
        bookings=tuple(_booking(x) for x in lines),
        unseen=_unseen(unseen, of),
    )


def _customers(stories: Iterable[Counted], what: str) -> int:
    return sum(getattr(customer, what) for story in stories for customer in story.customers)


def _unseen(bugs: Iterable[Bug], of: Span) -> tuple[Unseen, ...]:
    """The oldest first."""
    found = ((bug, one) for bug in bugs for one in bug.unseen if of.has(one.at))
    every = (Unseen(bug=str(bug.ref), at=one.at, by=one.by, what=one.what) for bug, one in found)
    return tuple(sorted(every, key=lambda one: one.at))


def _times(stories: Sequence[Counted], of: Callable[[Sequence[float]], float]) -> Times:
    def one(name: str) -> float | None:
        known = [seconds for story in stories if (seconds := getattr(story.times, name)) is not None]
        return of(known) if known else None

    return Times(**{name: one(name) for name in Times.model_fields})


def _nine_in_ten(known: Sequence[float]) -> float:
    """The 90th percentile by nearest rank: nine in ten were as fast as that."""
    return sorted(known)[ceil(0.9 * len(known)) - 1]


def _lines(stories: Iterable[Counted]) -> Iterator[Line]:
    for story in stories:
        for given in story.gifts:
            yield Line(given.at, str(story.bug), given, "doubtful" if given.state == "doubtful" else "granted")
            if given.undone_at:
                yield Line(given.undone_at, str(story.bug), given, "undone")


def _booking(line: Line) -> Booking:
    grant = line.gift.grant
    money = booked(grant)
    return Booking(
        at=line.at,
        bug=line.bug,
        customer=line.gift.account,
        kind=grant.kind,
        amount=line.sign * money.amount if money else None,
        currency=money.currency if money else "",
        state=line.state,
        what=described(grant),
    )


def _totals(lines: Iterable[Line]) -> tuple[Total, ...]:
    """By kind and currency; what is in doubt is not counted as given."""
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for line in lines:
        if line.state != "doubtful":
            kind, currency, amount = _worth(line.gift)
            total = sums[kind, currency]
            total[0] += line.sign
            total[1] += line.sign * amount
    return tuple(
        Total(kind=kind, currency=currency, count=count, amount=amount)
        for (kind, currency), (count, amount) in sorted(sums.items())
    )


def _worth(given: Gift) -> tuple[str, str, int]:
    grant = given.grant
    if isinstance(grant, Credit):
        return grant.kind, grant.money.currency, grant.money.amount
    return grant.kind, "", grant.days if isinstance(grant, Days) else 1


def _again(stories: Iterable[Counted]) -> tuple[Again, ...]:
    """Actions that worked more than once, the most frequent first."""
    bugs: dict[str, list[int]] = defaultdict(list)
    for story in stories:
        for run in story.fixes:
            if run.state is RunState.SUCCEEDED and not run.undo_of:
                bugs[run.action].append(story.bug.number)
    often = (Again(action=a, times=len(n), bugs=tuple(dict.fromkeys(n))) for a, n in bugs.items() if len(n) > 1)
    return tuple(sorted(often, key=lambda x: (-x.times, x.action)))

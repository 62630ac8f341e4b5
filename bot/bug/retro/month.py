"""Sums up a month of bugs, with the lines that the accountant needs."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from statistics import median
from typing import Literal, NamedTuple

from bot.bug.bug import Bug, Status
from bot.bug.fixes.fix import RunState
from bot.bug.money import Credit, Days, Upgrade, described
from bot.bug.retro.model import Again, Booking, Gift, Month, Retro, Times, Total, Unseen


class Line(NamedTuple):
    """Something given, or taken back, or in doubt."""

    at: datetime
    bug: str
    gift: Gift
    state: Literal["granted", "undone", "doubtful"]

    @property
    def sign(self) -> int:
        return -1 if self.state == "undone" else 1


def month(retros: Iterable[Retro], of: str = "", unseen: Iterable[Bug] = ()) -> Month:
    """Counts the bugs that began in the month `of` ("2025-11", UTC), and books what was given in it whatever the bug's age.

    `unseen`: bugs of any age with something that was done alone and nobody else has seen.
    """
    everything = tuple(retros)
    begun = [story for story in everything if _within(story.began_at, of)]
    lines = sorted((x for x in _lines(everything) if _within(x.at, of)), key=lambda x: x.at)
    return Month(
        month=of,
        bugs=len(begun),
        dismissed=sum(story.status is Status.DISMISSED for story in begun),
        came_back=sum(story.came_back for story in begun),
        told=sum(customer.told for story in begun for customer in story.customers),
        owed=sum(bool(story.debt and not story.debt.paid_at) for story in begun),
        times=_medians(begun),
        given=_totals(lines),
        again=_again(begun),
        bookings=tuple(_booking(x) for x in lines),
        unseen=_unseen(unseen, of),
    )


def _unseen(bugs: Iterable[Bug], of: str) -> tuple[Unseen, ...]:
    """The oldest first."""
    found = ((bug, one) for bug in bugs for one in bug.unseen if _within(one.at, of))
    every = (Unseen(bug=str(bug.ref), at=one.at, by=one.by, what=one.what) for bug, one in found)
    return tuple(sorted(every, key=lambda one: one.at))


def _within(at: datetime, of: str) -> bool:
    return at.astimezone(UTC).isoformat().startswith(of)


def _medians(stories: Sequence[Retro]) -> Times:
    def middle(name: str) -> float | None:
        known = [seconds for story in stories if (seconds := getattr(story.times, name)) is not None]
        return median(known) if known else None

    return Times(**{name: middle(name) for name in Times.model_fields})


def _lines(stories: Iterable[Retro]) -> Iterator[Line]:
    for story in stories:
        for given in story.gifts:
            yield Line(given.at, str(story.bug), given, "doubtful" if given.state == "doubtful" else "granted")
            if given.undone_at:
                yield Line(given.undone_at, str(story.bug), given, "undone")


def _booking(line: Line) -> Booking:
    grant = line.gift.grant
    money = None if isinstance(grant, Upgrade) else grant.money
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


def _again(stories: Iterable[Retro]) -> tuple[Again, ...]:
    """Actions that worked more than once, the most frequent first."""
    bugs: dict[str, list[int]] = defaultdict(list)
    for story in stories:
        for run in story.fixes:
            if run.state is RunState.SUCCEEDED and not run.undo_of:
                bugs[run.action].append(story.bug.number)
    often = (Again(action=a, times=len(n), bugs=tuple(dict.fromkeys(n))) for a, n in bugs.items() if len(n) > 1)
    return tuple(sorted(often, key=lambda x: (-x.times, x.action)))

"""For somebody who joins late: what happened, who does what now, and what is open and waits for whom. Pure, over the trail."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.bug.bug import Bug, Status
from bot.bug.course.delivery import system
from bot.bug.customers.customer import Customer
from bot.bug.event import EntryLike
from bot.bug.fixes.fix import Fix, RunState
from bot.bug.retro.lesson import QUESTION
from bot.bug.retro.model import Deeds, TimelineStep
from bot.bug.retro.people import deeds
from bot.bug.retro.story import timeline
from bot.bug.words import Clock, Day, Foreign, Part, Person, people
from bot.text import length, plural

Sentence = tuple[Part, ...]
NAMED = 5
"""Customers who are named; the others are a number."""
WORKED_ON = frozenset({Status.OPEN, Status.CLAIMED, Status.FIXED})


@dataclass(frozen=True, kw_only=True, slots=True)
class CatchUp:
    """`since`: from where it tells; None: from the bug's beginning."""

    bug: Bug
    since: datetime | None
    happened: tuple[TimelineStep, ...]
    did: tuple[Deeds, ...]
    """How often each did what in that time."""
    now: tuple[Sentence, ...]
    """Who does what now."""
    open: tuple[Sentence, ...]
    """What is open, each with whom it waits for."""


def catch_up(trail: Sequence[EntryLike], bug: Bug, at: datetime, since: datetime | None = None) -> CatchUp:
    """`trail` is all of it, and `bug` what it comes to."""
    later = [entry for entry in trail if since is None or entry.at >= since]
    return CatchUp(
        bug=bug,
        since=since,
        happened=timeline(later, bug),
        did=deeds(later),
        now=tuple(_now(bug)),
        open=tuple(_open(bug, at)),
    )


def _now(bug: Bug) -> Iterator[Sentence]:
    if bug.owner:
        since: Sentence = (", since ", Clock(bug.claimed_at)) if bug.claimed_at else ()
        guess = f"; the estimate was {plural(bug.estimate, 'minute')}" if bug.estimate else ""
        yield (Person(bug.owner), " has it", *since, guess)
    running = [fix for fix in bug.fixes if fix.state is RunState.STARTED]
    for fix in running:
        begun: Sentence = (", since ", Clock(fix.started_at)) if fix.started_at else ()
        yield (Person(fix.by), " runs ", Foreign(fix.name, 80), *begun)
    if not (bug.owner or running):
        yield ("Nobody is at it",)


def _open(bug: Bug, at: datetime) -> Iterator[Sentence]:
    if bug.status is Status.OPEN:
        yield ("Nobody has it: waits for somebody who claims it",)
    if bug.status in WORKED_ON:
        yield from _customers(bug, at)
        yield from _promised(bug)
    yield from _fixes(bug)
    yield from _tells(bug)
    yield from _systems(bug)
    yield from _afterwards(bug)


def _owner(bug: Bug) -> Part:
    return Person(bug.owner) if bug.owner else "somebody who claims it"


def _customers(bug: Bug, at: datetime) -> Iterator[Sentence]:
    """Who waits longest first; who was only hit comes last."""
    untold = sorted((c for c in bug.untold if not c.told), key=lambda c: (c.said_at is None, c.since))
    for customer in untold[:NAMED]:
        yield (Foreign(customer.name, 60), *_wait(customer, at), ": waits for ", _owner(bug))
    if more := untold[NAMED:]:
        yield (f"{plural(len(more), 'more customer')} to be told: waits for ", _owner(bug))


def _wait(customer: Customer, at: datetime) -> Sentence:
    heard: Sentence = (", answered ", Clock(customer.answered_at)) if customer.answered_at else (", has heard nothing",)
    there = " (online)" if customer.online else ""
    if customer.said_at or customer.online:
        return (f"{there} has waited {length(at - customer.since)}", *heard)
    return (" was hit, did not write, and does not know",)


def _promised(bug: Bug) -> Iterator[Sentence]:
    if bug.back_by:
        yield ("News was promised by ", Clock(bug.back_by), ": waits for ", _owner(bug))


def _fixes(bug: Bug) -> Iterator[Sentence]:
    live = bug.live_fix
    for fix in bug.fixes:
        if fix.state is RunState.UNKNOWN:
            yield (Foreign(fix.name, 80), " was cut off: waits for somebody who looks at production and settles it")
        elif fix is live:
            yield from _live(fix)


def _live(fix: Fix) -> Iterator[Sentence]:
    name = Foreign(("undo of " if fix.undo_of else "") + fix.name, 80)
    match fix.state:
        case RunState.PREVIEWED:
            yield (name, " is previewed: waits for ", Person(fix.by), " to run it")
        case RunState.WAITING:
            yield (name, ": waits for a word of ", *_those(fix.asked or (fix.by,)))
        case RunState.APPROVED if fix.waits_for:
            yield (name, f": waits for the run of BUG-{fix.waits_for[0]}")
        case _:
            return


def _those(ids: Iterable[str]) -> Sentence:
    return tuple(people(tuple(ids)))


def _tells(bug: Bug) -> Iterator[Sentence]:
    for request in bug.tell_requests:
        yield ("A gift of ", Person(request.by), ": waits for a word of ", *_those(request.asked or (request.by,)))
    if bug.planned:
        yield (
            f"{plural(len(bug.planned.customers), 'customer')} told by itself as soon as it works, as ",
            Person(bug.planned.by),
            " planned",
        )


def _systems(bug: Bug) -> Iterator[Sentence]:
    for sink in bug.gave_up:
        yield (Foreign(system(sink), 60), " gave up: waits for somebody who presses Try again on the card")
    for sink in bug.delayed:
        yield (Foreign(system(sink), 60), " is out of order: tried again by itself")


def _afterwards(bug: Bug) -> Iterator[Sentence]:
    if bug.debt and bug.debt.due_still and bug.status is Status.OWED:
        yield ("The proper fix, until ", Day(bug.debt.due), ": waits for ", Person(bug.debt.owner))
    for one in bug.unseen:
        yield (
            Foreign(one.what, 80),
            " was done alone by ",
            Person(one.by),
            ": waits for somebody else who looks at it",
        )
    if bug.status is Status.CLOSED and not (bug.lesson or bug.lesson_skipped):
        yield (f"{QUESTION} Waits for ", _owner(bug) if bug.owner else "anybody who knows")

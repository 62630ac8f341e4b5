"""The course of a bug: fixed, reopened, closed, dismissed, muted, merged; and the events that follow without anybody."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime

from bot.bug.bug import Bug, Status
from bot.bug.course.news import Enriched, details, seen_again
from bot.bug.course.ownership import claim_if_free
from bot.bug.customers.brought import heard
from bot.bug.customers.customer import Customer
from bot.bug.customers.customers import CustomerJoined, CustomerWrote, names, wait_again
from bot.bug.customers.recognising import find, next_id
from bot.bug.debt import debt
from bot.bug.debt.pulls import seen
from bot.bug.errors import Invalid, Refused
from bot.bug.event import (
    ALIVE,
    CLOSED,
    DISMISSED,
    ENDED,
    FIXED,
    MERGED,
    OPEN,
    OWED,
    STAY,
    WORKING,
    Event,
    Move,
    Outcome,
    Text,
    must_allow,
)
from bot.bug.fixes.fix import RunState
from bot.bug.fixes.rules import no_unknown_run, nothing_engaged
from bot.bug.telling.letters import LettersTakenBack, untrue
from bot.bug.words import SHORT, Clock, Day, Foreign, Part, Person, Words, because, listed


class Fixed(Event):
    """It works again: on somebody's word, or because the probe says so."""

    KIND = "fixed"
    MOVES = (Move(WORKING, FIXED, "it works again"),)
    how: Literal["word", "probe"]
    said: str = ""
    proper: bool = False

    def apply(self, bug: Bug, at: datetime, _by: str) -> Bug:
        return replace(bug, fixed_at=at, fixed_said=self.said, proper=self.proper)

    def line(self, _bug: Bug, by: str) -> Words:
        said: tuple[Part, ...] = (Foreign(self.said, SHORT),) if self.said else (Person(by), " says so")
        return Words("large_green_circle", ("It works again: ", *said))


def open_again(bug: Bug, at: datetime) -> Bug:
    """Nothing that was said of the fix holds any more, and whoever was told waits anew."""
    pulls = tuple(replace(pull, failed=pull.failed or pull.state == "merged") for pull in bug.pulls)
    again = replace(
        bug,
        fixed_at=None,
        fixed_said="",
        proper=False,
        closed_at=None,
        closed_why="",
        debt=None,
        free_since=at,
        open_since=at,
    )
    return wait_again(replace(again, pulls=pulls), at)


class Reopened(Event):
    KIND = "reopened"
    MOVES = (Move((FIXED, OWED, *ENDED), OPEN, "it does not work after all"),)
    reason: Text

    def apply(self, bug: Bug, at: datetime, _by: str) -> Bug:
        return open_again(bug, at)

    def line(self, _bug: Bug, by: str) -> Words:
        return Words("red_circle", (Person(by), " reopened it", *because(self.reason)))


class CameBack(Outcome):
    """The error happened again after it was thought fixed."""

    KIND = "came_back"
    MOVES = (Move((FIXED, OWED, *ENDED), OPEN, "it happened again after it was thought fixed"),)
    occurrences: int
    users: int | None = None
    events: tuple[str, ...] = ()

    def apply(self, bug: Bug, at: datetime, _by: str) -> Bug:
        total = max(self.occurrences, bug.occurrences + 1)
        return open_again(seen_again(bug, at, total, self.users, self.events), at)

    def line(self, _bug: Bug, _by: str) -> Words:
        return Words("red_circle", (f"It happened again ({self.occurrences}× by now): open once more",))


class Closed(Event):
    KIND = "closed"
    MOVES = (Move((FIXED, OWED), CLOSED, "nothing is owed to anybody"),)
    why: str

    def apply(self, bug: Bug, at: datetime, _by: str) -> Bug:
        return replace(bug, closed_at=at, closed_why=self.why)

    def line(self, _bug: Bug, _by: str) -> Words:
        return Words("white_circle", ("Closed: ", Foreign(self.why, SHORT)))


class Dismissed(Event):
    KIND = "dismissed"
    MOVES = (Move(WORKING, DISMISSED, "not a bug; what was fixed can't be dismissed"),)
    reason: Text

    def apply(self, bug: Bug, at: datetime, _by: str) -> Bug:
        return replace(bug, closed_at=at, closed_why=self.reason)

    def line(self, _bug: Bug, by: str) -> Words:
        return Words("white_circle", (Person(by), " dismissed it", *because(self.reason)))


class Muted(Event):
    """Repeats don't touch the card until then."""

    KIND = "muted"
    MOVES = (Move(ALIVE, STAY, "repeats are noise for a while"),)
    until: AwareDatetime

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return replace(bug, muted_until=self.until)

    def line(self, _bug: Bug, by: str) -> Words:
        until = (Day(self.until), " ", Clock(self.until))
        return Words("mute", (Person(by), " muted repeats until ", *until), minor=True)


class Merged(Event):
    """This bug is the same as another, which goes on."""

    KIND = "merged"
    MOVES = (Move(ALIVE, MERGED, "the other bug goes on for both"),)
    into: int

    def apply(self, bug: Bug, at: datetime, _by: str) -> Bug:
        return replace(bug, merged_into=self.into, closed_at=at)

    def line(self, _bug: Bug, by: str) -> Words:
        return Words("twisted_rightwards_arrows", (Person(by), f" merged it into BUG-{self.into}"))


class Absorbed(Event):
    """Another bug turned out to be this one."""

    KIND = "absorbed"
    MOVES = (Move(ALIVE, STAY, "another bug turned out to be this one"),)
    bug: int
    occurrences: int = 0

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return replace(bug, occurrences=bug.occurrences + self.occurrences)

    def line(self, _bug: Bug, _by: str) -> Words:
        return Words("twisted_rightwards_arrows", (f"BUG-{self.bug} is the same and goes on here",))


EVENTS = (Fixed, Reopened, CameBack, Closed, Dismissed, Muted, Merged, Absorbed)


def fixed(bug: Bug, by: str, said: str = "", *, proper: bool = False) -> tuple[Event, ...]:
    """On somebody's word; an unclaimed bug is claimed with it. `proper`: what they did is the proper fix, so nothing is owed."""
    must_allow(bug, Fixed)
    _no_open_question(bug)
    fix = bug.last_success
    return (*claim_if_free(bug, by), Fixed(how="word", said=said, proper=proper or bool(fix and fix.proper)))


def _no_open_question(bug: Bug) -> None:
    fix = bug.live_fix
    if fix and fix.state is RunState.STARTED:
        raise Refused(Foreign(fix.name, 100), " is still running on production. Wait for its end.")
    no_unknown_run(bug)
    if bug.broken:
        again = f"Undo it; or mend that, and `/fix probe {bug.ref}` looks again."
        broken = listed(Foreign(p.name, 60) for p in bug.broken)
        raise Refused(*broken, f" worked before the fix and fails now. {again}")


def reopened(bug: Bug, reason: str) -> tuple[LettersTakenBack | Reopened, ...]:
    must_allow(bug, Reopened)
    return (*untrue(bug), Reopened(reason=_reason(reason, f"/bug reopen {bug.ref} still answers 500")))


def dismissed(bug: Bug, reason: str) -> Dismissed:
    must_allow(bug, Dismissed)
    nothing_engaged(bug, "dismiss it")
    if bug.untold:
        first = f" waits for an answer because of {bug.ref}. Tell them first, then dismiss it."
        raise Refused(*names(bug.untold), first)
    return Dismissed(reason=_reason(reason, f"/bug dismiss {bug.ref} a crawler, harmless"))


def is_muted(bug: Bug, now: datetime) -> bool:
    """Whether repeats leave the card alone."""
    return bug.muted_until is not None and now < bug.muted_until


def muted(bug: Bug, now: datetime, hours: int = 24) -> Muted:
    must_allow(bug, Muted)
    return Muted(until=now + timedelta(hours=hours))


def merged(bug: Bug, into: Bug) -> Merged:
    must_allow(bug, Merged)
    if bug.ref == into.ref:
        raise Refused(f"{bug.ref} can't be merged into itself.")
    must_allow(into, Absorbed)
    live = bug.live_fix
    if live:
        raise Refused(Foreign(live.name, 100), f" is under way on {bug.ref}. Finish or cancel it, then merge.")
    no_unknown_run(bug)
    _nothing_on_its_way(bug)
    return Merged(into=into.ref.number)


def _nothing_on_its_way(bug: Bug) -> None:
    """What the other bug takes over as heard and given has to be so by then."""
    waiting = [c for c in bug.customers if any(m.state == "waiting" for m in c.messages)]
    if waiting:
        on = f" is on its way. Wait until it has arrived (or take it back: `/tell back {bug.ref}`), then merge."
        raise Refused("What was written to ", *names(waiting), on)
    booked = [c for c in bug.customers if any(g.state == "promised" and not g.homeless for g in c.given)]
    if booked:
        raise Refused("What ", *names(booked), f" get because of {bug.ref} is being booked. Wait a moment, then merge.")


def absorbed(bug: Bug, other: Bug) -> tuple[Event, ...]:
    """What the surviving bug learns: the count, the error's data where it has none, and every customer who waits."""
    first = (Absorbed(bug=other.ref.number, occurrences=other.occurrences), *_details(bug, other))
    return (*first, *_pulls(bug, other), *_brought(bug, other))


def _pulls(bug: Bug, other: Bug) -> tuple[Event, ...]:
    """The pull requests that named it: they go on as this one's."""
    return tuple(found for pull in other.pulls if (found := seen(bug, pull)))


def _details(bug: Bug, other: Bug) -> tuple[Enriched, ...]:
    """The error groups of both are this bug's now; one that only a person told of learns page and data as well."""
    new = [group.partition(":") for group in other.groups if group not in bug.groups]
    named = [Enriched(source=source, group=group) for source, _, group in new]
    if named and not bug.groups:
        named[0] = details(other, source=named[0].source, group=named[0].group)
    return tuple(named)


def _brought(bug: Bug, other: Bug) -> Iterator[Event]:
    """Each customer, what they wrote, so that they wait since then, and what they heard and got, so that they do so once.

    Each as the one before left the bug: two of the other bug are never taken for one here.
    """
    ids: dict[str, str] = {}
    # whoever answered beside somebody comes after them
    for customer in sorted(other.customers, key=lambda c: bool(c.beside)):
        events = _one_brought(bug, other, customer, ids)
        for event in events:
            bug = event.apply(bug, customer.since, "")
        yield from events


def _one_brought(bug: Bug, other: Bug, customer: Customer, ids: dict[str, str]) -> tuple[Event, ...]:
    joined = _joined(bug, customer, ids)
    ids[customer.id] = joined.customer
    known = joined.apply(bug, customer.since, "")
    said = CustomerWrote(customer=joined.customer, text=customer.said, at=customer.since)
    return (joined, *((said,) if customer.said_at else ()), *heard(known, other, joined.customer, customer))


def _joined(bug: Bug, customer: Customer, ids: Mapping[str, str]) -> CustomerJoined:
    """`ids`: of the other bug's customers who have joined, theirs here: nobody else is one of them."""
    others = replace(bug, customers=tuple(c for c in bug.customers if c.id not in ids.values()))
    known = find(others, customer.hint, customer.source, customer.conversation)
    beside = ids.get(customer.beside, "")
    return CustomerJoined(
        customer=known.id if known else next_id(bug),
        hint=customer.hint,
        via=customer.via,
        source=customer.source,
        conversation=customer.conversation,
        url=customer.url,
        again=known is not None,
        beside="" if known else beside,
    )


def _reason(reason: str, example: str) -> str:
    if not reason.strip():
        say = f"Say why, for whoever reads this in a month: `{example}`."
        raise Invalid(say, {"reason": say})
    return reason.strip()


def consequences(bug: Bug, now: datetime) -> Event | None:
    """What follows from the present state without anybody's doing; asked again after each event until there is nothing."""
    if follows := debt.follows(bug, now):
        return follows
    if bug.status is not Status.FIXED or bug.untold or bug.on_production:
        return None
    if bug.proper or (bug.debt and bug.debt.paid_at):
        return None if bug.engaged else Closed(why="fixed properly")
    return debt.Owed(owner=bug.owner or bug.opened_by, due=debt.workdays_after(now, debt.DEBT_WORKDAYS))

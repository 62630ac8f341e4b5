"""A tell that somebody decided with the fix: it goes out when the probe is green and nothing else broke, else it is dropped."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated

from bot.bug.bug import Bug, ProbeResult, Status
from bot.bug.customers.customer import PlannedTell
from bot.bug.customers.customers import named, names
from bot.bug.errors import Refused
from bot.bug.event import ALIVE, CLOSED, STAY, Event, Move, Outcome, Text
from bot.bug.fixes.fix import Fix, RunState
from bot.bug.fixes.rules import find
from bot.bug.gifts.gifts import tells
from bot.bug.money import Grant, amounts
from bot.bug.telling.gift_texts import GiftTexts
from bot.bug.values import PRIVATE
from bot.bug.words import Part, Person, Press, Quote, Words, because, plain

WITHIN = timedelta(minutes=2)
"""After the end of the run: what does not work by then is for a person to look at."""
NOT_RUN = {
    RunState.REFUSED: "the fix was refused",
    RunState.CANCELLED: "the fix was cancelled",
    RunState.LAPSED: "the fix lapsed",
    RunState.SENT_BACK: "the fix is to be changed first",
    RunState.REJECTED: "the fix was rejected",
    RunState.FAILED: "the fix failed",
    RunState.UNKNOWN: "nobody knows whether the fix happened",
}


class TellPlanned(Event):
    """Who is told what, with which gift, once this run has made it work; whoever confirmed the run saw all three."""

    KIND = "tell_planned"
    MOVES = (Move((*ALIVE, CLOSED), STAY, "who runs the fix says with it what the customers will read"),)
    run: int
    customers: tuple[str, ...]
    text: Text
    grants: tuple[Grant, ...] = ()
    thanks: Annotated[tuple[tuple[str, ...], ...], PRIVATE] = ()
    """What each of the letters says of its gift."""
    counted: int = 0
    """The number of the last customer whom the form knew: whoever comes after has joined."""

    def apply(self, bug: Bug, at: datetime, by: str) -> Bug:
        plan = PlannedTell(
            seq=bug.seq + 1,
            run=self.run,
            by=by,
            at=at,
            customers=self.customers,
            text=self.text,
            grants=self.grants,
            thanks=self.thanks,
            counted=self.counted,
        )
        return replace(bug, planned=plan)

    def line(self, bug: Bug, by: str) -> Words:
        gifts: tuple[Part, ...] = (" and give ", *amounts(self.grants)) if self.grants else ()
        head = (Person(by), ": when it works, tell ", named(bug, self.customers))
        return Words("envelope", (*head, ": ", Quote(self.text), *gifts))


class TellDropped(Outcome):
    """Nothing was sent: what the plan rested on is not so (any more)."""

    KIND = "tell_dropped"
    planned: int
    """seq of the TellPlanned entry."""
    whom: str
    """Who planned it, and is told now."""
    why: Text

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return replace(bug, planned=None) if bug.planned and bug.planned.seq == self.planned else bug

    def line(self, _bug: Bug, _by: str) -> Words:
        return Words("no_bell", ("Nobody was told", *because(self.why), ". ", Press("Tell"), " is on the card."))


EVENTS = (TellPlanned, TellDropped)


def plan(
    bug: Bug, run: int, ids: Sequence[str], text: str, grants: tuple[Grant, ...], texts: GiftTexts, counted: int
) -> TellPlanned:
    """Checked like a tell of this moment, so that a field which is wrong says so now."""
    told = tells(bug, ids, text, grants, texts, anyway=True)
    return TellPlanned(
        run=run,
        customers=tuple(dict.fromkeys(ids)),
        text=told[0].text,
        grants=grants,
        thanks=tuple(one.thanks for one in told),
        counted=counted,
    )


def due(bug: Bug, now: datetime, texts: GiftTexts) -> tuple[Event, ...]:
    """What becomes of the plan at this moment: the tell itself, the sentence that drops it, or nothing yet."""
    if bug.planned is None:
        return ()
    against = _against(bug, bug.planned, now)
    if against:
        return (dropped(bug.planned, against),)
    return _told(bug, bug.planned, texts) if works(bug, find(bug, bug.planned.run)) else ()


def dropped(planned: PlannedTell, why: str) -> TellDropped:
    return TellDropped(planned=planned.seq, whom=planned.by, why=why)


def _told(bug: Bug, planned: PlannedTell, texts: GiftTexts) -> tuple[Event, ...]:
    try:
        told = tells(bug, planned.customers, planned.text, planned.grants, texts)
    except Refused as error:
        return (dropped(planned, str(error).rstrip(".")),)
    if tuple(one.thanks for one in told) != planned.thanks:
        return (dropped(planned, "what they would read of the gift has changed since"),)
    return told


def _against(bug: Bug, planned: PlannedTell, now: datetime) -> str:
    """Why nothing is sent (any more); empty while it may be."""
    fix = find(bug, planned.run)
    joined = [c for c in bug.customers if int(c.id[1:]) > planned.counted]
    if fix.state in NOT_RUN:
        return NOT_RUN[fix.state]
    if fix.undone_by:
        return "the fix was undone"
    if joined:
        return f"{plain(names(joined))} joined since"
    if overdue(fix, now) and not works(bug, fix):
        return f"it was not seen to work within {WITHIN.seconds // 60} minutes{_seen(bug)}"
    return ""


def _seen(bug: Bug) -> str:
    failing = [p for p in _latest(bug).values() if not p.ok]
    return f" ({', '.join(f'{p.name} {p.said}' for p in failing)})" if failing else ""


def _latest(bug: Bug) -> dict[str, ProbeResult]:
    """What each probe of production said last."""
    return {probe.name: probe for probe in bug.probes if probe.where == "production"}


def overdue(fix: Fix, now: datetime) -> bool:
    """Whether its page had its time to recover."""
    return bool(fix.ended_at and now - fix.ended_at >= WITHIN)


def works(bug: Bug, fix: Fix) -> bool:
    """The probe of its own page was asked after the run and is green, and nothing that worked before fails now."""
    if bug.status is not Status.FIXED or bug.broken or fix.ended_at is None:
        return False
    own = [p for p in _latest(bug).values() if not p.smoke]
    return bool(own) and all(p.ok and p.at >= fix.ended_at for p in own)

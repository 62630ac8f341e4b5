"""What took effect without a second person before it: somebody else looks at it afterwards, and says *Seen*."""

from dataclasses import replace
from datetime import datetime

from bot.bug.bug import Bug, DoneAlone
from bot.bug.errors import NotAllowed, Refused
from bot.bug.event import ANY, MERGED, STAY, Event, Move, must_allow
from bot.bug.fixes.fix import Fix, RunState
from bot.bug.words import Foreign, Part, Person, Words

GONE = "what was done"
ALL_SEEN = "Somebody else has seen all that was done here, or approved it before."


class Seen(Event):
    """Another person has looked at what was done alone."""

    KIND = "seen"
    MOVES = (Move((*ANY, MERGED), STAY, "what was done alone is looked at afterwards, whatever became of the bug"),)
    of: int
    """seq of the entry that says what was done."""

    def apply(self, bug: Bug, _at: datetime, by: str) -> Bug:
        known = tuple(replace(one, seen_by=by) if one.seq == self.of else one for one in bug.done_alone)
        return replace(bug, done_alone=known)

    def line(self, bug: Bug, by: str) -> Words:
        one = find(bug, self.of)
        what: tuple[Part, ...] = (Foreign(one.what, 120), " by ", Person(one.by)) if one else (GONE,)
        return Words("eyes", (Person(by), " has seen ", *what), minor=True)


EVENTS = (Seen,)


def find(bug: Bug, seq: int) -> DoneAlone | None:
    """None: it is not there (any more), because it was undone."""
    return next((one for one in bug.done_alone if one.seq == seq), None)


def done(bug: Bug, what: str, by: str, at: datetime, run: int | None = None) -> Bug:
    """The bug after the entry that is just applied, which says that somebody did this without a second person."""
    one = DoneAlone(seq=bug.seq + 1, by=by, at=at, what=what, run=run)
    return replace(bug, done_alone=(*bug.done_alone, one))


def ran(bug: Bug, run: int, at: datetime) -> Bug:
    """The bug after the end of a run: without another's approval it waits to be seen. An undo stands in for what it undid."""
    fix = bug.fix(run)
    if fix is None:
        return bug
    kept = tuple(one for one in bug.done_alone if not _undid(fix, one))
    after = replace(bug, done_alone=kept)
    if set(fix.approved_by) - {fix.by}:
        return after
    return done(after, _named(fix), fix.by, at, run)


def _undid(fix: Fix, one: DoneAlone) -> bool:
    return fix.undo_of is not None and fix.undo_of == one.run and fix.state is RunState.SUCCEEDED


def _named(fix: Fix) -> str:
    ended = "" if fix.state is RunState.SUCCEEDED else f" ({fix.state.value})"
    return ("undo of " if fix.undo_of else "") + fix.name + ended


def see(bug: Bug, by: str, seq: int) -> Seen:
    """One thing. Raises Refused where it was seen or undone, NotAllowed for who did it."""
    one = find(bug, seq)
    if one is None:
        raise Refused("That was undone meanwhile. What undid it stands in the next list.")
    if one.seen_by:
        raise Refused(Person(one.seen_by), " has seen it already.")
    if one.by == by:
        raise NotAllowed("You did this yourself, so somebody else looks at it.")
    must_allow(bug, Seen)
    return Seen(of=seq)


def see_all(bug: Bug, by: str) -> tuple[Seen, ...]:
    """Everything on this bug that others did alone. Raises Refused where there is nothing."""
    if not bug.unseen:
        raise Refused(ALL_SEEN)
    theirs = [one for one in bug.unseen if one.by != by]
    if not theirs:
        raise NotAllowed("You did this yourself, so somebody else looks at it.")
    return tuple(see(bug, by, one.seq) for one in theirs)

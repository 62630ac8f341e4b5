"""The run of a fix: started once, then ended by an outcome; or cancelled, lapsed, run by hand."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime

from bot.bug.bug import Bug
from bot.bug.errors import NotAllowed, Refused
from bot.bug.event import ANY, STAY, Event, Keep, Move, Outcome, Quiet, Text
from bot.bug.fixes.approval import LATE
from bot.bug.fixes.fix import UNDER_WAY, Fix, RunState, Stored
from bot.bug.fixes.rules import (
    GOOD_FOR,
    bare,
    called,
    changed,
    ended,
    find,
    in_state,
    mark_not_undone,
    mark_undone,
    must_not_be_undone,
)
from bot.bug.permissions.seen import ran
from bot.bug.values import PRIVATE
from bot.bug.words import Foreign, Person, Press, Words, because


class FixCancelled(Event):
    KIND = "fix_cancelled"
    MOVES = (Move(ANY, STAY, "nobody is made to go on with a fix"),)
    run: int

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        """A started run is only asked to stop: its end is an outcome that comes by itself."""
        fix = bug.fix(self.run)
        # "cancelled" would say that nothing happened, and of a started run nobody knows that yet
        if fix is None or fix.state is RunState.STARTED:
            return changed(bug, self.run, lambda started: replace(started, cancel_asked=True))
        return changed(bug, self.run, lambda waiting: in_state(waiting, RunState.CANCELLED))

    def line(self, _bug: Bug, by: str) -> Words:
        return Words("octagonal_sign", (Person(by), " cancelled it"))


class FixLapsed(Outcome):
    """The preview or its approval is no longer good; nothing was touched."""

    KIND = "fix_lapsed"
    run: int
    why: str

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return mark_not_undone(ended(bug, self.run, RunState.LAPSED, self.why), self.run)

    def line(self, _bug: Bug, _by: str) -> Words:
        return Words("hourglass", ("Nothing was done", *because(bare(self.why))))


class FixWaits(Outcome):
    """Another run holds the same piece of production; this one begins after its end, or lapses."""

    KIND = "fix_waits"
    run: int
    bug: int
    other: int
    """The run of that bug."""

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return changed(bug, self.run, lambda fix: replace(fix, waits_for=(self.bug, self.other)))

    def line(self, _bug: Bug, _by: str) -> Words:
        wait = f"It waits for BUG-{self.bug}'s run on the same piece of production"
        return Words("hourglass", (wait,))


class FixStarted(Quiet, Outcome):
    """From here on production may have changed; never started a second time."""

    KIND = "fix_started"
    run: int
    deadline: AwareDatetime

    def apply(self, bug: Bug, at: datetime, _by: str) -> Bug:
        return changed(bug, self.run, lambda fix: self._started(fix, at))

    def _started(self, fix: Fix, at: datetime) -> Fix:
        started = in_state(fix, RunState.STARTED)
        return replace(started, started_at=at, deadline=self.deadline, waits_for=None)


class FixProgressed(Quiet, Outcome):
    """What the run said, once at its end; or what finds a cut-off run again (sealed)."""

    KIND = "fix_progressed"
    KEEP = Keep.ROWS
    run: int
    kept: Text = ""
    text: Text = ""

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        def progressed(fix: Fix) -> Fix:
            return replace(fix, kept=self.kept or fix.kept, output=self.text or fix.output)

        return changed(bug, self.run, progressed)


class FixEnded(Outcome):
    KIND = "fix_ended"
    KEEP = Keep.ROWS
    run: int
    state: Literal["succeeded", "failed", "unknown"]
    summary: str
    detail: Text = ""
    image: Annotated[str, PRIVATE] = ""
    """Before- and after-image, encrypted; expires."""

    def apply(self, bug: Bug, at: datetime, _by: str) -> Bug:
        def over(fix: Fix) -> Fix:
            ended = in_state(fix, RunState(self.state))
            return replace(ended, why=self.detail, summary=self.summary, ended_at=at)

        after = ran(changed(bug, self.run, over), self.run, at)
        marks = {"succeeded": mark_undone, "failed": mark_not_undone}
        return marks[self.state](after, self.run) if self.state in marks else after

    def line(self, _bug: Bug, _by: str) -> Words:
        icon = {"succeeded": "wrench", "failed": "x", "unknown": "grey_question"}[self.state]
        summary = Foreign(self.summary[:1].upper() + self.summary[1:])
        if self.state != "unknown":
            return Words(icon, (summary,))
        look = (" — nobody knows whether it happened. ", Press("Look at production"), ", then settle it on the card.")
        return Words(icon, (summary, *look), loud=True)


class FixReportedDone(Event):
    """In propose mode: a person ran what was shown and says so."""

    KIND = "fix_reported_done"
    MOVES = (Move(LATE, STAY, "somebody ran what was proposed"),)
    run: int

    def apply(self, bug: Bug, at: datetime, _by: str) -> Bug:
        def done(fix: Fix) -> Fix:
            return replace(in_state(fix, RunState.SUCCEEDED), ended_at=at)

        # as with a run of ours: what it took back is taken back, whoever did it
        return mark_undone(ran(changed(bug, self.run, done), self.run, at), self.run)

    def line(self, _bug: Bug, by: str) -> Words:
        return Words("wrench", (Person(by), " ran it by hand and says that it is done"))


class ImageExpired(Quiet, Outcome):
    """The stored rows of this run are deleted: it can't be undone any more."""

    KIND = "image_expired"
    run: int

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return changed(bug, self.run, _without_image)


def _without_image(fix: Fix) -> Fix:
    return replace(
        fix,
        rows=(),
        text="",
        stored=Stored(),
        kept="",
        output="",
        why="",
        secrets={},
        undoable=False,
        undo_note="The stored image has expired.",
    )


EVENTS = (
    FixCancelled,
    FixLapsed,
    FixWaits,
    FixStarted,
    FixProgressed,
    FixEnded,
    FixReportedDone,
    ImageExpired,
)


def cancel(bug: Bug, by: str, run: int) -> FixCancelled:
    """The owner or the asker stops it; a run that has started is asked to stop and reports its own end."""
    fix = find(bug, run)
    if by not in {fix.by, bug.owner}:
        raise NotAllowed("Only ", Person(fix.by), f" or the owner of {bug.ref} can cancel this.")
    if fix.state not in UNDER_WAY:
        raise Refused(called(fix), f" is {fix.state_said} already.")
    return FixCancelled(run=run)


def reported_done(bug: Bug, by: str, run: int) -> FixReportedDone:
    """In propose mode: who asked ran it by hand."""
    fix = find(bug, run)
    if fix.by != by:
        raise NotAllowed("Only ", Person(fix.by), ", who asked for it, can say that it was done.")
    if fix.state is not RunState.APPROVED:
        raise Refused(called(fix), f" is {fix.state_said}, not approved.")
    must_not_be_undone(bug, fix)
    return FixReportedDone(run=run)


def must_go_on(bug: Bug, run: int) -> None:
    """Raises Refused where a run that has started was taken for cut off, or is settled: from then on it begins nothing."""
    fix = find(bug, run)
    if fix.state is RunState.STARTED:
        return
    if fix.state is RunState.UNKNOWN:
        raise Refused("It had stood still until it was taken for cut off, so it did not go on.")
    raise Refused(f"It had stood still, and was settled as {fix.state_said} meanwhile, so it did not go on.")


def overdue(fix: Fix, now: datetime, *, by_hand: bool = False) -> bool:
    """What was not started in time may not start any more; what people run by hand takes as long as they need."""
    states = {RunState.WAITING} if by_hand else {RunState.WAITING, RunState.APPROVED}
    return fix.state in states and bool(fix.confirmed_at and now - fix.confirmed_at > GOOD_FOR)


def lapse(bug: Bug, run: int, now: datetime, *, by_hand: bool = False) -> FixLapsed | None:
    """The event that ends an overdue run, or None if the run is not overdue."""
    fix = find(bug, run)
    if not overdue(fix, now, by_hand=by_hand):
        return None
    waited = "nobody approved it" if fix.state is RunState.WAITING else _keptwaiting(fix)
    return FixLapsed(run=run, why=f"{waited} within 15 minutes of the request; make a new preview")


def _keptwaiting(fix: Fix) -> str:
    return f"BUG-{fix.waits_for[0]}'s run did not end" if fix.waits_for else "it was not started"


def waits_for(fix: Fix, holder: tuple[int, int]) -> FixWaits | None:
    """Said once for each run that is in the way."""
    return None if fix.waits_for == holder else FixWaits(run=fix.run, bug=holder[0], other=holder[1])

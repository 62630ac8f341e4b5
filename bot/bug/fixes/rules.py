"""Rules that several steps of a fix share, and the fix's change in the bug."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.bug.bug import Bug
from bot.bug.errors import Refused
from bot.bug.fixes.fix import ENGAGED, UNDER_WAY, Fix, RunState
from bot.bug.words import Foreign, Part, Person

GOOD_FOR = timedelta(minutes=15)
"""How long a preview may be confirmed, and an approval run."""
SOON = timedelta(minutes=10)
"""How long after a run who ran it takes it back alone, whatever its risk."""
SHORTEST_REASON = 3
"""Characters."""
WHY = "Say why, in a few words: it stands in the trail."
AGAIN = "An undo is not undone itself: to have the change back, ask for the fix again."
_SAID = "Cannot be undone: "


def changed(bug: Bug, run: int, change: Callable[[Fix], Fix]) -> Bug:
    """The bug with one fix changed."""
    return replace(bug, fixes=tuple(change(x) if x.run == run else x for x in bug.fixes))


def in_state(fix: Fix, state: RunState) -> Fix:
    """Secrets go at the outcome."""
    # a look at an unknown run may still need the secret that it was given
    over = state not in UNDER_WAY and state is not RunState.UNKNOWN
    return replace(fix, state=state, secrets={} if over else fix.secrets)


def ended(bug: Bug, run: int, state: RunState, why: str = "") -> Bug:
    """The bug whose fix is in that state, for that reason."""
    return changed(bug, run, lambda fix: replace(in_state(fix, state), why=why))


def mark_undone(bug: Bug, run: int) -> Bug:
    """If this run was an undo: what it undid is undone."""
    fix = bug.fix(run)
    if fix is None or fix.undo_of is None:
        return bug
    return changed(bug, fix.undo_of, lambda done: replace(done, undone_by=run))


def mark_not_undone(bug: Bug, run: int) -> Bug:
    """If this run was an undo that came to nothing: what a person had taken for undone is not."""
    fix = bug.fix(run)
    done = bug.fix(fix.undo_of) if fix and fix.undo_of else None
    if done is None or done.undone_by != run:
        return bug
    return changed(bug, done.run, lambda still: replace(still, undone_by=None))


def find(bug: Bug, run: int) -> Fix:
    fix = bug.fix(run)
    if fix is None:
        raise Refused(f"{bug.ref} has no fix number {run}.")
    return fix


def named(bug: Bug, run: int) -> tuple[Part, ...]:
    """A fix as people call it, for a line of the trail."""
    fix = bug.fix(run)
    undo = "the undo of " if fix and fix.undo_of else ""
    return (undo, Foreign(fix.name, 100)) if fix else (f"fix {run}",)


def said_once(note: str, head: str) -> str:
    """Why something cannot be undone behind `head`, which says so already: the note may begin with the same words."""
    return head + note.removeprefix(_SAID)


def bare(why: str) -> str:
    """Why a run came to nothing, behind words that say already that nothing was done."""
    return why.removeprefix("nothing was changed. ")


def called(fix: Fix) -> Foreign:
    return Foreign(fix.name, 100)


def waiting(bug: Bug, run: int) -> Fix:
    fix = find(bug, run)
    if fix.state is not RunState.WAITING:
        raise Refused(called(fix), f" is {fix.state_said} already.")
    return fix


def must_match(fix: Fix, digest: str) -> None:
    # the digest binds statement, rows, target and the action's source: any of them may have changed since the button
    # was drawn
    if fix.digest != digest:
        raise Refused("What would run has changed since you saw it. Look at the new preview.")


def must_be_fresh(fix: Fix, now: datetime) -> None:
    if fix.confirmed_at and now - fix.confirmed_at > GOOD_FOR:
        raise Refused("This request is more than 15 minutes old and has lapsed. A new preview is needed.")


def must_not_be_undone(bug: Bug, fix: Fix) -> None:
    """An undo runs once, however many previews of it were confirmed."""
    if fix.undo_of is None:
        return
    done = find(bug, fix.undo_of)
    if done.undone_by not in {None, fix.run}:
        raise Refused(called(done), f" is undone already, by run {done.undone_by}.")
    if done.state is not RunState.SUCCEEDED:
        raise Refused(called(done), f" is {done.state_said}, so there is nothing to undo.")


def one_at_a_time(bug: Bug) -> None:
    live = bug.live_fix
    if live and live.state in ENGAGED:
        wait = f" is under way on {bug.ref}. Wait for its end, or cancel it."
        raise Refused(called(live), " by ", Person(live.by), wait)
    no_unknown_run(bug)


def no_unknown_run(bug: Bug) -> None:
    """While nobody knows what a run did, its question stays before people."""
    if bug.unknown_fix:
        look = " happened. Look at production, then settle it on the card."
        raise Refused("Nobody knows yet whether ", called(bug.unknown_fix), look)


def nothing_engaged(bug: Bug, then: str) -> None:
    """A bug on which a fix waits, runs or is unknown does not go out of sight. `then`: what it was to be after that."""
    live = bug.live_fix
    if live and live.state in ENGAGED:
        raise Refused(called(live), f" is {live.state_said} on {bug.ref}. Wait for its end or cancel it, then {then}.")
    no_unknown_run(bug)


def taken_back_soon(bug: Bug, fix: Fix, now: datetime | None = None) -> bool:
    """Whether this is the undo of a run that the same person ended just now: it needs nobody else. `now`: None when it was asked for."""
    done = bug.fix(fix.undo_of) if fix.undo_of else None
    return bool(done and soon_by(done, fix.by, now or fix.at))


def soon_by(done: Fix, by: str, now: datetime) -> bool:
    """Whether this person ran it, and it ended just now."""
    return bool(done.by == by and done.ended_at and now - done.ended_at <= SOON)

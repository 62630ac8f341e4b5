"""The beginning of a fix: somebody asks for an action's preview, with a reason."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated

from bot.bug.bug import Bug
from bot.bug.course.ownership import claim_if_free
from bot.bug.errors import Invalid, Refused
from bot.bug.event import ALIVE, CLOSED, STAY, Event, Keep, Move, Outcome, Quiet, Text, Texts, must_allow
from bot.bug.fixes.fix import Fix, RunState, Stored
from bot.bug.fixes.rules import (
    AGAIN,
    SHORTEST_REASON,
    WHY,
    called,
    changed,
    ended,
    find,
    in_state,
    one_at_a_time,
    said_once,
)
from bot.bug.values import PRIVATE
from bot.bug.words import SHORT, Clock, Code, Foreign, Part, Person, Words, because


class FixAsked(Event):
    """Somebody wants to see what an action would do; secret parameters are masked in it."""

    KIND = "fix_asked"
    MOVES = (
        Move(ALIVE, STAY, "a quick fix, a roll-out, or an undo after the fact"),
        Move((CLOSED,), STAY, "an undo may be needed after it was closed"),
    )
    run: int
    action: str
    params: Texts
    reason: Text
    undo_of: int | None = None
    view: str = ""
    """Slack's id of the modal that waits for the preview; empty where there is none."""
    revises: int | None = None
    """The run that came to nothing or was sent back, and that this one asks for again."""
    reason_filled: bool = False
    """The reason was filled in from the error and the customers' words, and nobody has read it yet."""

    def apply(self, bug: Bug, at: datetime, by: str) -> Bug:
        fix = Fix(
            run=self.run,
            action=self.action,
            params=self.params,
            reason=self.reason,
            by=by,
            at=at,
            undo_of=self.undo_of,
            view=self.view,
            revises=self.revises,
            reason_filled=self.reason_filled,
        )
        return replace(bug, fixes=(*bug.fixes, fix))

    def line(self, bug: Bug, by: str) -> Words:
        action = Code(self.action)
        said: tuple[Part, ...] = (" wants to undo ", action) if self.undo_of else (" asks what ", action, " would do")
        if before := bug.fix(self.revises) if self.revises else None:
            said = (" revises " if before.state is RunState.SENT_BACK else " asks again for ", action)
        return Words("mag", (Person(by), *said, *because(self.reason)), minor=True)


class FixSecrets(Quiet, Outcome):
    """The secret parameters of a run; gone with its outcome."""

    KIND = "fix_secrets"
    KEEP = Keep.SECRETS
    run: int
    values: Texts

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return changed(bug, self.run, lambda fix: replace(fix, secrets=self.values))


class FixPreviewed(Outcome):
    """What will execute is known; approvals are bound to `digest`."""

    KIND = "fix_previewed"
    KEEP = Keep.ROWS
    run: int
    digest: str
    target: str
    lock_key: str
    summary: str
    text: Text
    rows: Annotated[tuple[Mapping[str, str], ...], PRIVATE] = ()
    stored: Annotated[Stored, PRIVATE] = Stored()
    count: int = 0
    undoable: bool = False
    undo_note: str = ""
    approvals: int = 0
    risk: str = "low"
    proper: bool = False
    repeats: int = 0
    """How often this action helped against the same kind of bug in the last 30 days."""
    differs: Annotated[tuple[str, ...], PRIVATE] = ()
    """What is otherwise than in the run that this one asks for again."""

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return changed(bug, self.run, self._known)

    def _known(self, fix: Fix) -> Fix:
        """Once: what was cancelled stays so, and nothing is put under a digest that people have seen."""
        if fix.state is not RunState.ASKED:
            return fix
        return replace(
            in_state(fix, RunState.PREVIEWED),
            digest=self.digest,
            target=self.target,
            lock_key=self.lock_key,
            summary=self.summary,
            text=self.text,
            rows=self.rows,
            stored=self.stored,
            count=self.count,
            undoable=self.undoable,
            undo_note=self.undo_note,
            approvals=self.approvals,
            risk=self.risk,
            proper=self.proper,
            repeats=self.repeats,
            differs=self.differs,
        )

    def line(self, bug: Bug, _by: str) -> Words:
        fix = bug.fix(self.run)
        undo: tuple[Part, ...] = (AGAIN if fix and fix.undo_of else "can be undone",)
        if not self.undoable:
            undo = (Foreign(said_once(self.undo_note, "cannot be undone: "), SHORT),)
        shown = ("Preview: ", Foreign(self.summary), " · ", *undo, again(self.repeats))
        return Words("clipboard", shown, minor=True)


class FixRefused(Outcome):
    """The preview could not be made; nothing was touched."""

    KIND = "fix_refused"
    run: int
    why: Text

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return ended(bug, self.run, RunState.REFUSED, self.why)

    def line(self, _bug: Bug, _by: str) -> Words:
        return Words("no_entry", ("No preview", *because(self.why)))


EVENTS = (FixAsked, FixSecrets, FixPreviewed, FixRefused)


def again(repeats: int) -> str:
    """A line about a quick fix that comes again and again: it is a debt. Empty the first time."""
    times = {1: "Second", 2: "Third"}.get(repeats, f"{repeats + 1}th")
    return f"\n🔁 {times} time this month: the proper fix is owed." if repeats else ""


def ask(
    bug: Bug,
    by: str,
    action: str,
    params: Mapping[str, str],
    reason: str,
    *,
    view: str = "",
    undo_of: int | None = None,
    revises: int | None = None,
    secrets: Mapping[str, str] | None = None,
    filled: bool = False,
) -> tuple[Event, ...]:
    """Wants a preview; an unclaimed bug is claimed with it. `params` show no secret; `filled`: nobody has typed the reason."""
    must_allow(bug, FixAsked)
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid(WHY, {"reason": WHY})
    one_at_a_time(bug)
    asked = FixAsked(
        run=len(bug.fixes) + 1,
        action=action,
        params=dict(params),
        reason=reason.strip(),
        undo_of=undo_of,
        view=view,
        revises=revises,
        reason_filled=filled,
    )
    hidden = (FixSecrets(run=asked.run, values=secrets),) if secrets else ()
    return (*claim_if_free(bug, by), asked, *hidden)


def last_to_undo(bug: Bug) -> int:
    """Which run an undo means that names no run: the last one. Raises Refused, saying what became of it."""
    if bug.last_success:
        return bug.last_success.run
    undone = next((fix for fix in reversed(bug.fixes) if fix.undone_by), None)
    if undone is None:
        raise Refused(f"No fix has run on {bug.ref}, so there is nothing to undo.")
    raise Refused(*_undone(bug, undone))


def _undone(bug: Bug, fix: Fix) -> tuple[Part, ...]:
    undo = find(bug, fix.undone_by or fix.run)
    return (called(fix), " was undone by ", Person(undo.by), " at ", Clock(undo.started_at or undo.at), f". {AGAIN}")


def ask_undo(
    bug: Bug, by: str, run: int, reason: str, *, view: str = "", revises: int | None = None
) -> tuple[Event, ...]:
    """An undo is a fix: previewed, approved, recorded."""
    fix = find(bug, run)
    if fix.undo_of:
        raise Refused(AGAIN)
    if fix.state is not RunState.SUCCEEDED:
        raise Refused(called(fix), " did not run to its end, so there is nothing to undo.")
    if fix.undone_by:
        raise Refused(*_undone(bug, fix))
    if not fix.undoable:
        raise Refused(called(fix), " ", Foreign(said_once(fix.undo_note, "cannot be undone: ")))
    return ask(bug, by, fix.action, fix.params, reason, view=view, undo_of=run, revises=revises)


def ask_again(bug: Bug, by: str, fix: Fix, *, view: str = "") -> tuple[Event, ...]:
    """The same once more, an undo too: its parameters and its reason are kept."""
    if fix.undo_of:
        return ask_undo(bug, by, fix.undo_of, fix.reason, view=view, revises=fix.run)
    return ask(bug, by, fix.action, fix.params, fix.reason, view=view, revises=fix.run, filled=fix.reason_filled)

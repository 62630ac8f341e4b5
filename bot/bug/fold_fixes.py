"""How a fix changes with each event of its run."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.bug.bug import Bug, Probe
from bot.bug.events import Event
from bot.bug.fixes import events as f
from bot.bug.fixes.fix import UNDER_WAY, Fix, RunState

Change = dict[str, Any]


def _with(bug: Bug, run: int | None, change: Callable[[Fix], Change]) -> Change:
    return {"fixes": tuple(x.model_copy(update=change(x)) if x.run == run else x for x in bug.fixes)}


def _state(bug: Bug, run: int, state: RunState, **more: Any) -> Change:
    """Secrets go at the outcome."""
    over: Change = {} if state in UNDER_WAY or state is RunState.UNKNOWN else {"secrets": {}}
    return _with(bug, run, lambda _fix: {"state": state, **over, **more})


def asked(bug: Bug, event: f.FixAsked, at: datetime, by: str) -> Change:
    fix = Fix(
        run=event.run,
        action=event.action,
        params=event.params,
        reason=event.reason,
        by=by,
        at=at,
        undo_of=event.undo_of,
        view=event.view,
    )
    return {"fixes": (*bug.fixes, fix)}


def previewed(bug: Bug, event: f.FixPreviewed, _at: datetime, _by: str) -> Change:
    same = set(f.FixPreviewed.model_fields) & set(Fix.model_fields) - {"run"}
    return _state(bug, event.run, RunState.PREVIEWED, **{k: getattr(event, k) for k in same})


def confirmed(bug: Bug, event: f.FixConfirmed, at: datetime, _by: str) -> Change:
    def change(fix: Fix) -> Change:
        state = RunState.WAITING if fix.approvals else RunState.APPROVED
        needed = min(fix.approvals, max(len(event.asked), 1))
        return {
            "state": state,
            "asked": event.asked,
            "confirmed_at": at,
            "approvals": needed,
            "factor": event.factor,
        }

    return _with(bug, event.run, change)


def approved(bug: Bug, event: f.FixApproved, _at: datetime, by: str) -> Change:
    def change(fix: Fix) -> Change:
        people = (*fix.approved_by, by)
        enough = event.break_glass or len(people) >= fix.approvals
        state = RunState.APPROVED if enough else RunState.WAITING
        return {
            "approved_by": people,
            "factors": (*fix.factors, by) if event.factor else fix.factors,
            "state": state,
            "broken_glass": fix.broken_glass or event.break_glass,
        }

    return _with(bug, event.run, change)


def started(bug: Bug, event: f.FixStarted, at: datetime, _by: str) -> Change:
    return _state(bug, event.run, RunState.STARTED, started_at=at, deadline=event.deadline, waits_for=None)


def progressed(bug: Bug, event: f.FixProgressed, _at: datetime, _by: str) -> Change:
    return _with(bug, event.run, lambda fix: {"kept": event.kept or fix.kept, "output": event.text or fix.output})


def ended(bug: Bug, event: f.FixEnded | f.FixSettled, at: datetime, _by: str) -> Change:
    summary = {"summary": event.summary} if isinstance(event, f.FixEnded) else {}
    why = event.detail if isinstance(event, f.FixEnded) else event.word
    change = _state(bug, event.run, RunState(event.state), ended_at=at, why=why, **summary)
    return _mark_undone(bug, change, event.run) if event.state == "succeeded" else change


def _mark_undone(bug: Bug, change: Change, run: int) -> Change:
    fix = bug.fix(run)
    undone = fix.undo_of if fix else None
    mark = (x.model_copy(update={"undone_by": run}) if x.run == undone else x for x in change["fixes"])
    return {"fixes": tuple(mark)}


def reported_done(bug: Bug, event: f.FixReportedDone, at: datetime, _by: str) -> Change:
    return _mark_undone(bug, _state(bug, event.run, RunState.SUCCEEDED, ended_at=at), event.run)


def probed(bug: Bug, event: f.Probed, at: datetime, _by: str) -> Change:
    same = {k: getattr(event, k) for k in ("ok", "said", "smoke", "broke")}
    return {"probes": (*bug.probes, Probe(name=event.probe, at=at, **same))[-50:]}


def investigated(bug: Bug, event: f.Investigated, _at: datetime, _by: str) -> Change:
    """A person has the last word: the state stays."""
    return _with(bug, event.run, lambda _fix: {"seen": event.state, "why": event.summary})


def expired(bug: Bug, event: f.ImageExpired, _at: datetime, _by: str) -> Change:
    gone = {"rows": (), "text": "", "stored": f.Stored(), "kept": "", "output": "", "why": "", "secrets": {}}
    return _with(bug, event.run, lambda _fix: {**gone, "undoable": False, "undo_note": "The stored image has expired."})


FOLDERS: dict[type[Event], Callable[[Bug, Any, datetime, str], Change]] = {
    f.FixAsked: asked,
    f.FixSecrets: lambda b, ev, _at, _by: _with(b, ev.run, lambda _fix: {"secrets": ev.values}),
    f.FixPreviewed: previewed,
    f.FixRefused: lambda b, ev, _at, _by: _state(b, ev.run, RunState.REFUSED, why=ev.why),
    f.FixConfirmed: confirmed,
    f.FixApproved: approved,
    f.FixRejected: lambda b, ev, _at, _by: _state(b, ev.run, RunState.REJECTED, why=ev.reason),
    f.FixCancelled: lambda b, ev, _at, _by: _cancelled(b, ev),
    f.FixLapsed: lambda b, ev, _at, _by: _state(b, ev.run, RunState.LAPSED, why=ev.why),
    f.FixWaits: lambda b, ev, _at, _by: _with(b, ev.run, lambda _fix: {"waits_for": (ev.bug, ev.other)}),
    f.FixStarted: started,
    f.FixProgressed: progressed,
    f.FixEnded: ended,
    f.FixSettled: ended,
    f.FixReportedDone: reported_done,
    f.InvestigateAsked: lambda _b, _ev, _at, _by: {},
    f.Investigated: investigated,
    f.ImageExpired: expired,
    f.LookAsked: lambda _b, _ev, _at, _by: {},
    f.Looked: lambda _b, _ev, _at, _by: {},
    f.ProbeAsked: lambda _b, _ev, _at, _by: {},
    f.Probed: probed,
}


def _cancelled(bug: Bug, event: f.FixCancelled) -> Change:
    """A started run is only asked to stop: its end is an outcome that comes by itself."""
    fix = bug.fix(event.run)
    if fix is None or fix.state is RunState.STARTED:
        return _with(bug, event.run, lambda _fix: {"cancel_asked": True})
    return _state(bug, event.run, RunState.CANCELLED)

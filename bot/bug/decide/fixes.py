"""The way of a fix: reason, preview, approval where the risk asks for it, run, check, undo or owed."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.bug.bug import Bug
from bot.bug.decide.owner import claim_if_free
from bot.bug.decide.rules import must_allow
from bot.bug.errors import Invalid, NotAllowed, Refused
from bot.bug.events import Event
from bot.bug.fixes import events as f
from bot.bug.fixes.fix import ENGAGED, UNDER_WAY, Fix, RunState
from bot.bug.mrkdwn import clock, foreign, who
from bot.bug.policy import Member, may_approve

GOOD_FOR = timedelta(minutes=15)
"""How long a preview may be confirmed, and an approval run."""
BREAK_GLASS_AFTER = timedelta(minutes=2)
SHORTEST_REASON = 3
NOBODY = (
    "This needs somebody else's approval, and nobody else can give it: add somebody to `[policy] approvers`, or ask for a "
    "fix of lower risk. Whoever runs the bot can also set `[policy] break_glass = true`, to go on alone in an emergency."
)


def ask(
    bug: Bug,
    by: str,
    action: str,
    params: Mapping[str, str],
    reason: str,
    *,
    view: str = "",
    undo_of: int | None = None,
    secrets: Mapping[str, str] | None = None,
) -> tuple[Event, ...]:
    """Wants a preview; an unclaimed bug is claimed with it. `params` show no secret."""
    must_allow(bug, f.FixAsked)
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid("Say why: it stands in the trail.", {"reason": "Say why: it stands in the trail."})
    _one_at_a_time(bug)
    asked = f.FixAsked(
        run=len(bug.fixes) + 1,
        action=action,
        params=dict(params),
        reason=reason.strip(),
        undo_of=undo_of,
        view=view,
    )
    hidden = (f.FixSecrets(run=asked.run, values=secrets),) if secrets else ()
    return (*claim_if_free(bug, by), asked, *hidden)


def _one_at_a_time(bug: Bug) -> None:
    live = bug.live_fix
    if live and live.state in ENGAGED:
        raise Refused(
            f"{foreign(live.name, 100)} by {who(live.by)} is under way on {bug.ref}. Wait for its end, or cancel it."
        )
    unknown = next((x for x in bug.fixes if x.state is RunState.UNKNOWN), None)
    if unknown:
        raise Refused(
            f"Nobody knows yet whether {foreign(unknown.name, 100)} happened. Look at production and settle it first."
        )


def ask_undo(bug: Bug, by: str, run: int, reason: str, *, view: str = "") -> tuple[Event, ...]:
    """An undo is a fix: previewed, approved, recorded."""
    fix = find(bug, run)
    if fix.state is not RunState.SUCCEEDED or fix.undo_of:
        raise Refused(f"{foreign(fix.name, 100)} did not run to its end, so there is nothing to undo.")
    if fix.undone_by:
        raise Refused(f"{foreign(fix.name, 100)} is undone already.")
    if not fix.undoable:
        raise Refused(f"{foreign(fix.name, 100)} cannot be undone: {foreign(fix.undo_note, 300)}")
    return ask(bug, by, fix.action, fix.params, reason, view=view, undo_of=run)


def confirm(
    bug: Bug,
    by: str,
    run: int,
    digest: str,
    *,
    now: datetime,
    asked: tuple[str, ...] = (),
    factor: bool = False,
    alone: bool = False,
) -> f.FixConfirmed:
    """Only who asked for the preview, only what was previewed, only while it is fresh.

    `asked`: the others who could approve it now; where there are fewer than the risk asks for, they are enough. Where there
    is nobody, `alone` says whether the policy lets people go on without.
    """
    fix = find(bug, run)
    if fix.by != by:
        raise NotAllowed(f"{who(fix.by)} asked for this preview, so only they can run it. Make your own with *Fix*.")
    if fix.state is not RunState.PREVIEWED:
        raise Refused(f"{foreign(fix.name, 100)} is {said(fix)} already.")
    _one_at_a_time(bug)
    _must_match(fix, digest)
    if now - fix.at > GOOD_FOR:
        raise Refused("This preview is more than 15 minutes old. Make a new one: production may have moved on.")
    if fix.approvals and not asked and not alone:
        raise NotAllowed(NOBODY)
    must_allow(bug, f.FixConfirmed)
    return f.FixConfirmed(run=run, digest=digest, asked=asked, factor=factor)


def approve(
    bug: Bug, member: Member, run: int, digest: str, now: datetime, *, proof: f.Proof | None = None
) -> f.FixApproved:
    """By somebody else, who was asked, for exactly what they saw."""
    fix = may_decide(bug, member, run)
    _must_match(fix, digest)
    _fresh(fix, now)
    _proven(fix, proof)
    must_allow(bug, f.FixApproved)
    return f.FixApproved(run=run, digest=digest, factor=bool(proof), proof=proof or f.Proof())


def may_decide(bug: Bug, member: Member, run: int) -> Fix:
    """The fix that waits for this person among others. Raises NotAllowed or Refused."""
    fix = _waiting(bug, run)
    may_approve(member, fix)
    return fix


def break_glass(
    bug: Bug, by: str, run: int, digest: str, *, now: datetime, reason: str, proof: f.Proof | None = None
) -> f.FixApproved:
    """The one who asked goes on alone: only after a wait (for whoever was asked), with a reason, seen by everybody."""
    fix = _waiting(bug, run)
    if fix.by != by:
        raise NotAllowed(f"Only {who(fix.by)}, who asked for it, can go on without an approval.")
    _must_match(fix, digest)
    _fresh(fix, now)
    _proven(fix, proof)
    if fix.asked and fix.confirmed_at and now - fix.confirmed_at < BREAK_GLASS_AFTER:
        raise Refused(f"Give the approvers until {clock(fix.confirmed_at + BREAK_GLASS_AFTER)}.")
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid("Say why nobody could be waited for.", {"reason": "Say why nobody could be waited for."})
    return f.FixApproved(
        run=run,
        digest=digest,
        break_glass=True,
        factor=bool(proof),
        proof=proof or f.Proof(),
        reason=reason.strip(),
    )


def reject(bug: Bug, member: Member, run: int, reason: str) -> f.FixRejected:
    may_decide(bug, member, run)
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid("Say why not: it helps them.", {"reason": "Say why not: it helps them."})
    must_allow(bug, f.FixRejected)
    return f.FixRejected(run=run, reason=reason.strip())


def cancel(bug: Bug, by: str, run: int) -> f.FixCancelled:
    """The owner or the asker stops it; a run that has started is asked to stop and reports its own end."""
    fix = find(bug, run)
    if by not in {fix.by, bug.owner}:
        raise NotAllowed(f"Only {who(fix.by)} or the owner of {bug.ref} can cancel this.")
    if fix.state not in UNDER_WAY:
        raise Refused(f"{foreign(fix.name, 100)} is {said(fix)} already.")
    return f.FixCancelled(run=run)


def settle(bug: Bug, by: str, run: int, state: str, word: str) -> f.FixSettled:
    """A person looked at production and says what a cut-off run did."""
    fix = find(bug, run)
    if by not in {fix.by, bug.owner}:
        raise NotAllowed(f"Only {who(fix.by)} or the owner of {bug.ref} can say what happened.")
    if fix.state is not RunState.UNKNOWN:
        raise Refused(f"{foreign(fix.name, 100)} is {said(fix)}; there is nothing to settle.")
    return f.FixSettled.model_validate({"run": run, "state": state, "word": word})


def reported_done(bug: Bug, by: str, run: int) -> f.FixReportedDone:
    """In propose mode: who asked ran it by hand."""
    fix = find(bug, run)
    if fix.by != by:
        raise NotAllowed(f"Only {who(fix.by)}, who asked for it, can say that it was done.")
    if fix.state is not RunState.APPROVED:
        raise Refused(f"{foreign(fix.name, 100)} is {said(fix)}, not approved.")
    return f.FixReportedDone(run=run)


def overdue(fix: Fix, now: datetime, *, by_hand: bool = False) -> bool:
    """What was not started in time may not start any more; what people run by hand takes as long as they need."""
    states = {RunState.WAITING} if by_hand else {RunState.WAITING, RunState.APPROVED}
    return fix.state in states and bool(fix.confirmed_at and now - fix.confirmed_at > GOOD_FOR)


def lapse(bug: Bug, run: int, now: datetime, *, by_hand: bool = False) -> f.FixLapsed | None:
    """None where it has gone on meanwhile."""
    fix = find(bug, run)
    if not overdue(fix, now, by_hand=by_hand):
        return None
    waited = "nobody approved it" if fix.state is RunState.WAITING else _kept_waiting(fix)
    return f.FixLapsed(run=run, why=f"{waited} within 15 minutes of the request; make a new preview")


def _kept_waiting(fix: Fix) -> str:
    return f"BUG-{fix.waits_for[0]}'s run did not end" if fix.waits_for else "it was not started"


def waits_for(fix: Fix, holder: tuple[int, int]) -> f.FixWaits | None:
    """Said once for each run that is in the way."""
    return None if fix.waits_for == holder else f.FixWaits(run=fix.run, bug=holder[0], other=holder[1])


def investigate(bug: Bug, run: int) -> f.InvestigateAsked:
    """Anybody may ask what production says; only a person who answers for it settles."""
    fix = find(bug, run)
    if fix.state is not RunState.UNKNOWN:
        raise Refused(f"{foreign(fix.name, 100)} is {said(fix)}; there is nothing to find out.")
    must_allow(bug, f.InvestigateAsked)
    return f.InvestigateAsked(run=run)


def find(bug: Bug, run: int) -> Fix:
    fix = bug.fix(run)
    if fix is None:
        raise Refused(f"{bug.ref} has no fix number {run}.")
    return fix


def _waiting(bug: Bug, run: int) -> Fix:
    fix = find(bug, run)
    if fix.state is not RunState.WAITING:
        raise Refused(f"{foreign(fix.name, 100)} is {said(fix)} already.")
    return fix


def _must_match(fix: Fix, digest: str) -> None:
    if fix.digest != digest:
        raise Refused("What would run has changed since you saw it. Look at the new preview.")


def _proven(fix: Fix, proof: f.Proof | None) -> None:
    if fix.factor and not proof:
        raise NotAllowed("This takes a second factor: the code of your authenticator app.")


def _fresh(fix: Fix, now: datetime) -> None:
    if fix.confirmed_at and now - fix.confirmed_at > GOOD_FOR:
        raise Refused("This request is more than 15 minutes old and has lapsed. A new preview is needed.")


def said(fix: Fix) -> str:
    """The state in a word that fits into "X is …"."""
    return {
        RunState.ASKED: "being previewed",
        RunState.PREVIEWED: "previewed",
        RunState.WAITING: "waiting for approval",
        RunState.APPROVED: "approved",
        RunState.STARTED: "running",
        RunState.SUCCEEDED: "done",
        RunState.UNKNOWN: "cut off, and nobody knows whether it happened",
    }.get(fix.state, fix.state.value)

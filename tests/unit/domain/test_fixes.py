"""The way of a fix: reason, preview, another person's approval, one run, and an end that somebody knows."""

from datetime import timedelta

import pytest

from bot.domain import events as e
from bot.domain import fix_events as f
from bot.domain.bug import Fix, RunState
from bot.domain.decide import fixes
from bot.domain.errors import Invalid, NotAllowed, Refused
from bot.domain.policy import Member
from tests.unit.domain.story import (
    ANNA,
    BEN,
    CLEO,
    PRODUCTION,
    Story,
    approver,
    asked,
    claimed,
    confirmed,
    opened,
    ran,
)

LATER = timedelta(minutes=16)


def waits(*approvers: str, approvals: int = 1) -> Story:
    """Anna's fix waits for approval."""
    return confirmed(asked(claimed(), approvals=approvals), *(approvers or (BEN,)))


def fix(story: Story, run: int = 1) -> Fix:
    return fixes.find(story.bug, run)


def approve(story: Story, by: str = BEN, **more: object) -> Story:
    return story.then(fixes.approve(story.bug, approver(by, **more), 1, "d1", story.now), by)


# ---- asking


def test_a_fix_is_named_as_people_say_it() -> None:
    assert fix(asked(claimed())).name == "delete-row menus 13"


@pytest.mark.parametrize("reason", ["", "  ", "ok"])
def test_a_fix_says_why(reason: str) -> None:
    with pytest.raises(Invalid, match="Say why") as refused:
        fixes.ask(claimed().bug, ANNA, "delete-row", {}, reason)
    assert set(refused.value.fields) == {"reason"}


def test_what_was_dismissed_is_not_fixed() -> None:
    with pytest.raises(Refused, match="was dismissed"):
        fixes.ask(opened().then(e.Dismissed(reason="a crawler")).bug, ANNA, "delete-row", {}, "bad row")


def test_a_preview_that_nobody_confirmed_holds_nobody_up() -> None:
    story = asked(asked(claimed()), by=BEN)
    assert [x.state for x in story.bug.fixes] == [RunState.PREVIEWED, RunState.PREVIEWED]
    assert story.bug.live_fix == fix(story, 2)


def test_one_fix_at_a_time() -> None:
    with pytest.raises(Refused, match="delete-row menus 13 by <@U0ANNA> is under way on BUG-17"):
        fixes.ask(waits().bug, BEN, "delete-row", {}, "bad row")


def test_two_previews_do_not_become_two_runs() -> None:
    story = asked(asked(claimed()), by=BEN)
    story.then(fixes.confirm(story.bug, ANNA, 1, "d1", now=story.now))
    assert story.bug.live_fix == fix(story, 1)
    with pytest.raises(Refused, match="by <@U0ANNA> is under way"):
        fixes.confirm(story.bug, BEN, 2, "d1", now=story.now)


def test_nothing_new_is_run_while_nobody_knows_what_the_last_did() -> None:
    story = ran(confirmed(asked(claimed())), "unknown")
    with pytest.raises(Refused, match="Nobody knows yet whether delete-row menus 13 happened"):
        fixes.ask(story.bug, ANNA, "delete-row", {}, "bad row")


def test_what_can_not_be_previewed_is_over() -> None:
    story = claimed()
    story.then(fixes.ask(story.bug, ANNA, "delete-row", {}, "bad row"))
    story.then(f.FixRefused(run=1, why="menus 13 is not there"), PRODUCTION)
    assert (fix(story).state, fix(story).why, story.bug.live_fix) == (RunState.REFUSED, "menus 13 is not there", None)


# ---- confirming


def test_a_fix_without_risk_needs_nobody_else() -> None:
    story = confirmed(asked(claimed()))
    assert fix(story).state is RunState.APPROVED


def test_only_who_asked_confirms() -> None:
    with pytest.raises(NotAllowed, match="<@U0ANNA> asked for this preview"):
        fixes.confirm(asked(claimed()).bug, BEN, 1, "d1", now=claimed().now)


def test_what_was_seen_is_what_is_run() -> None:
    story = asked(claimed())
    with pytest.raises(Refused, match="has changed since you saw it"):
        fixes.confirm(story.bug, ANNA, 1, "another", now=story.now)


def test_an_old_preview_is_made_anew() -> None:
    story = asked(claimed())
    with pytest.raises(Refused, match="more than 15 minutes old"):
        fixes.confirm(story.bug, ANNA, 1, "d1", now=story.now + LATER)


def test_a_fix_that_nobody_could_approve_is_not_confirmed() -> None:
    story = asked(claimed(), approvals=2)
    with pytest.raises(NotAllowed, match="needs 2 other people's approval, and 1 of those"):
        fixes.confirm(story.bug, ANNA, 1, "d1", now=story.now, asked=(BEN,))


def test_confirming_twice_is_told_how_it_stands() -> None:
    with pytest.raises(Refused, match="is waiting for approval already"):
        fixes.confirm(waits().bug, ANNA, 1, "d1", now=claimed().now)


def test_a_fix_of_a_bug_that_was_dismissed_meanwhile_is_not_confirmed() -> None:
    story = asked(claimed()).then(e.Dismissed(reason="a crawler"))
    with pytest.raises(Refused, match="was dismissed"):
        fixes.confirm(story.bug, ANNA, 1, "d1", now=story.now)


def test_there_is_no_fix_of_that_number() -> None:
    with pytest.raises(Refused, match="BUG-17 has no fix number 7"):
        fixes.cancel(claimed().bug, ANNA, 7)


# ---- approving


def test_another_person_approves_it() -> None:
    story = approve(waits())
    assert (fix(story).state, fix(story).approved_by, fix(story).broken_glass) == (RunState.APPROVED, (BEN,), False)


def test_two_approvals_are_two_people() -> None:
    story = approve(waits(BEN, CLEO, approvals=2))
    assert fix(story).state is RunState.WAITING
    with pytest.raises(NotAllowed, match="approved this already"):
        approve(story)
    assert fix(approve(story, CLEO)).state is RunState.APPROVED


@pytest.mark.parametrize(
    ("member", "sentence"),
    [
        (approver(ANNA), "somebody else has to approve"),
        (approver(guest=True), "Guests can't approve"),
        (approver(bot=True), "Only people command"),
        (approver(deleted=True), "deactivated"),
        (approver(stranger=True), "Only members of this workspace"),
        (approver(CLEO), "not among those who can approve this. Asked: <@U0BEN>"),
        (approver(approver=False), "not among those"),
    ],
    ids=["self", "guest", "bot", "gone", "stranger", "not asked", "not an approver any more"],
)
def test_nobody_else_approves_or_rejects(member: Member, sentence: str) -> None:
    story = waits()
    with pytest.raises(NotAllowed, match=sentence):
        fixes.approve(story.bug, member, 1, "d1", story.now)
    with pytest.raises(NotAllowed, match=sentence):
        fixes.reject(story.bug, member, 1, "too risky")


def test_who_joined_after_it_was_asked_does_not_approve_it() -> None:
    story = waits()
    late = approver(joined=story.now + timedelta(seconds=1))
    with pytest.raises(NotAllowed, match="joined after this was asked for"):
        fixes.approve(story.bug, late, 1, "d1", story.now)
    assert approve(story, joined=story.now - timedelta(days=1))


def test_an_approval_is_for_exactly_what_was_seen() -> None:
    story = waits()
    with pytest.raises(Refused, match="has changed since you saw it"):
        fixes.approve(story.bug, approver(), 1, "another", story.now)


def test_an_approval_that_comes_too_late_is_none() -> None:
    story = waits()
    with pytest.raises(Refused, match="has lapsed"):
        fixes.approve(story.bug, approver(), 1, "d1", story.now + LATER)


def test_a_fix_that_nobody_confirmed_is_not_approved() -> None:
    story = asked(claimed(), approvals=1)
    with pytest.raises(Refused, match="is previewed already"):
        fixes.approve(story.bug, approver(), 1, "d1", story.now)


def test_another_person_says_no_and_why() -> None:
    story = waits()
    with pytest.raises(Invalid, match="Say why not"):
        fixes.reject(story.bug, approver(), 1, "no")
    story.then(fixes.reject(story.bug, approver(), 1, " the wrong row "), BEN)
    assert (fix(story).state, fix(story).why) == (RunState.REJECTED, "the wrong row")


# ---- breaking the glass


def break_glass(
    story: Story, by: str = ANNA, *, minutes: float = 3, digest: str = "d1", reason: str = "all asleep"
) -> f.FixApproved:
    now = story.now + timedelta(minutes=minutes)
    return fixes.break_glass(story.bug, by, 1, digest, now=now, reason=reason)


def test_who_can_not_wait_goes_on_alone_and_everybody_sees_it() -> None:
    story = waits(BEN, CLEO, approvals=2)
    story.then(break_glass(story))
    assert (fix(story).state, fix(story).broken_glass, fix(story).approved_by) == (RunState.APPROVED, True, (ANNA,))


def test_glass_once_broken_stays_broken() -> None:
    story = waits()
    story.then(break_glass(story)).then(f.FixApproved(run=1, digest="d1"), BEN)
    assert fix(story).broken_glass


def test_the_approvers_have_two_minutes_first() -> None:
    with pytest.raises(Refused, match="Give the approvers until"):
        break_glass(waits(), minutes=1)


def test_only_who_asked_breaks_the_glass() -> None:
    with pytest.raises(NotAllowed, match="Only <@U0ANNA>, who asked for it"):
        break_glass(waits(), BEN)


def test_broken_glass_too_is_for_what_was_seen_in_time_and_with_a_reason() -> None:
    with pytest.raises(Refused, match="has changed"):
        break_glass(waits(), digest="another")
    with pytest.raises(Refused, match="has lapsed"):
        break_glass(waits(), minutes=16)
    with pytest.raises(Invalid, match="nobody could be waited for"):
        break_glass(waits(), reason=" ")


# ---- running


def test_a_run_has_a_start_a_deadline_and_an_end() -> None:
    story = ran(confirmed(asked(claimed())))
    assert (fix(story).state, fix(story).summary, fix(story).why) == (RunState.SUCCEEDED, "1 row deleted", "menus 13")
    assert fix(story).started_at
    assert fix(story).deadline
    assert fix(story).ended_at == story.now
    assert story.bug.last_success == fix(story)


def test_a_failed_run_fixed_nothing() -> None:
    story = ran(confirmed(asked(claimed())), "failed")
    assert (fix(story).state, story.bug.last_success) == (RunState.FAILED, None)


def test_what_finds_a_cut_off_run_again_is_kept() -> None:
    story = confirmed(asked(claimed())).then(f.FixProgressed(run=1, kept="sealed"), PRODUCTION)
    story.then(f.FixProgressed(run=1, text="a line of output"), PRODUCTION)
    assert fix(story).kept == "sealed"


def test_a_fix_that_did_not_start_is_cancelled_at_once() -> None:
    story = waits()
    story.then(fixes.cancel(story.bug, ANNA, 1))
    assert (fix(story).state, story.bug.live_fix) == (RunState.CANCELLED, None)


def test_a_started_fix_is_only_asked_to_stop() -> None:
    story = confirmed(asked(claimed()))
    story.then(f.FixStarted(run=1, deadline=story.now), PRODUCTION)
    story.then(fixes.cancel(story.bug, ANNA, 1))
    assert fix(story).state is RunState.STARTED


def test_cancelling_what_never_was_changes_nothing() -> None:
    before = claimed()
    assert before.bug.fixes == claimed().then(f.FixCancelled(run=7)).bug.fixes


def test_the_owner_may_cancel_what_somebody_else_asked_for_and_nobody_else() -> None:
    story = asked(claimed(), by=BEN)
    assert fixes.cancel(story.bug, ANNA, 1) == fixes.cancel(story.bug, BEN, 1)
    with pytest.raises(NotAllowed, match="Only <@U0BEN> or the owner"):
        fixes.cancel(story.bug, CLEO, 1)


def test_what_is_over_is_not_cancelled() -> None:
    with pytest.raises(Refused, match="is done already"):
        fixes.cancel(ran(confirmed(asked(claimed()))).bug, ANNA, 1)


def test_a_fix_that_was_not_run_in_time_lapses() -> None:
    story = waits().then(f.FixLapsed(run=1, why="too late"), PRODUCTION)
    assert (fix(story).state, fix(story).why) == (RunState.LAPSED, "too late")


@pytest.mark.parametrize("state", ["succeeded", "failed"])
def test_somebody_says_what_a_cut_off_run_did(state: str) -> None:
    story = ran(confirmed(asked(claimed())), "unknown")
    story.then(fixes.settle(story.bug, ANNA, 1, state, "I looked"))
    assert (fix(story).state.value, fix(story).why, fix(story).summary) == (state, "I looked", "1 row deleted")


def test_only_a_run_that_was_cut_off_is_settled_by_those_who_answer_for_it() -> None:
    story = ran(confirmed(asked(claimed())))
    with pytest.raises(Refused, match="is done; there is nothing to settle"):
        fixes.settle(story.bug, ANNA, 1, "failed", "")
    with pytest.raises(NotAllowed, match="Only <@U0ANNA> or the owner of BUG-17 can say"):
        fixes.settle(story.bug, BEN, 1, "failed", "")


def test_in_propose_mode_a_person_runs_it_and_says_so() -> None:
    story = confirmed(asked(claimed()))
    with pytest.raises(NotAllowed, match="Only <@U0ANNA>, who asked for it"):
        fixes.reported_done(story.bug, BEN, 1)
    story.then(fixes.reported_done(story.bug, ANNA, 1))
    assert (fix(story).state, fix(story).ended_at) == (RunState.SUCCEEDED, story.now)
    with pytest.raises(Refused, match="is done, not approved"):
        fixes.reported_done(story.bug, ANNA, 1)


# ---- undoing


def undo(story: Story, run: int = 1) -> Story:
    return story.then(fixes.ask_undo(story.bug, ANNA, run, "wrong row"))


def previewed_undo(story: Story) -> Story:
    preview = f.FixPreviewed(run=2, digest="d1", target="shop", lock_key="shop", summary="1 row", text="insert")
    return confirmed(undo(story).then(preview, PRODUCTION))


def test_an_undo_is_a_fix_of_its_own() -> None:
    story = ran(previewed_undo(ran(confirmed(asked(claimed())))))
    assert (fix(story, 2).undo_of, fix(story, 1).undone_by, story.bug.last_success) == (1, 2, None)


def test_an_undo_done_by_hand_undoes_too() -> None:
    story = previewed_undo(ran(confirmed(asked(claimed()))))
    story.then(fixes.reported_done(story.bug, ANNA, 2))
    assert fix(story, 1).undone_by == 2


def test_a_failed_undo_leaves_the_fix_standing() -> None:
    story = ran(previewed_undo(ran(confirmed(asked(claimed())))), "failed")
    assert fix(story, 1).undone_by is None
    assert story.bug.last_success == fix(story, 1)


def test_what_did_not_run_is_undone_or_can_not_be_is_not_undone() -> None:
    with pytest.raises(Refused, match="did not run to its end"):
        undo(asked(claimed()))
    done = ran(previewed_undo(ran(confirmed(asked(claimed())))))
    with pytest.raises(Refused, match="is undone already"):
        undo(done)
    with pytest.raises(Refused, match="nothing to undo"):
        undo(done, run=2)
    with pytest.raises(Refused, match="cannot be undone: mail is out"):
        undo(ran(confirmed(asked(claimed(), undoable=False))))


def test_an_end_without_a_known_run_marks_nothing() -> None:
    story = claimed().then(f.FixEnded(run=7, state="succeeded", summary="?"), PRODUCTION)
    assert story.bug.fixes == ()


# ---- looking


def test_a_look_leaves_the_bug_as_it_is() -> None:
    story = claimed()
    before = story.bug
    story.then(f.LookAsked(look="rows")).then(f.Looked(look="rows", asked=3, count=1), PRODUCTION)
    assert story.bug == before.model_copy(update={"seq": before.seq + 2})


def test_the_last_fifty_probes_are_kept() -> None:
    story = claimed()
    for i in range(60):
        story.then(f.Probed(probe="menu-page", when="asked", ok=False, said=f"is 500 ({i})"), PRODUCTION)
    assert [p.said for p in story.bug.probes] == [f"is 500 ({i})" for i in range(10, 60)]


@pytest.mark.parametrize("state", list(RunState))
def test_every_state_of_a_fix_has_a_word(state: RunState) -> None:
    assert fixes.said(fix(asked(claimed())).model_copy(update={"state": state}))

"""The way of a fix: reason, preview, another person's approval, one run, and an end that somebody knows."""

from datetime import timedelta

import pytest

from bot.bug.course.course import Dismissed
from bot.bug.errors import Invalid, NotAllowed, Refused
from bot.bug.fixes import approval, asking, run
from bot.bug.fixes.approval import FixApproved, Proof
from bot.bug.fixes.asking import FixRefused
from bot.bug.fixes.fix import RunState
from bot.bug.permissions.policy import Member
from tests.unit.bug.story import (
    ANNA,
    BEN,
    CLEO,
    PRODUCTION,
    Story,
    approver,
    asked,
    claimed,
    confirmed,
    fix,
    opened,
    ran,
    waits,
)

LATER = timedelta(minutes=16)


def approve(story: Story, by: str = BEN, **more: object) -> Story:
    return story.then(approval.approve(story.bug, approver(by, **more), 1, "d1", story.now), by)


# ---- asking


def test_a_fix_is_named_as_people_say_it() -> None:
    assert fix(asked(claimed())).name == "delete-row menus 13"


@pytest.mark.parametrize("reason", ["", "  ", "ok"])
def test_a_fix_says_why(reason: str) -> None:
    with pytest.raises(Invalid, match="Say why") as refused:
        asking.ask(claimed().bug, ANNA, "delete-row", {}, reason)
    assert set(refused.value.fields) == {"reason"}


def test_what_was_dismissed_is_not_fixed() -> None:
    with pytest.raises(Refused, match="was dismissed"):
        asking.ask(opened().then(Dismissed(reason="a crawler")).bug, ANNA, "delete-row", {}, "bad row")


def test_a_preview_that_nobody_confirmed_holds_nobody_up() -> None:
    story = asked(asked(claimed()), by=BEN)
    assert [x.state for x in story.bug.fixes] == [RunState.PREVIEWED, RunState.PREVIEWED]
    assert story.bug.live_fix == fix(story, 2)


def test_one_fix_at_a_time() -> None:
    with pytest.raises(Refused, match="delete-row menus 13 by U0ANNA is under way on BUG-17"):
        asking.ask(waits().bug, BEN, "delete-row", {}, "bad row")


def test_two_previews_do_not_become_two_runs() -> None:
    story = asked(asked(claimed()), by=BEN)
    story.then(approval.confirm(story.bug, ANNA, 1, "d1", now=story.now))
    assert story.bug.live_fix == fix(story, 1)
    with pytest.raises(Refused, match="by U0ANNA is under way"):
        approval.confirm(story.bug, BEN, 2, "d1", now=story.now)


def test_nothing_new_is_run_while_nobody_knows_what_the_last_did() -> None:
    story = ran(confirmed(asked(claimed())), "unknown")
    with pytest.raises(Refused, match="Nobody knows yet whether delete-row menus 13 happened"):
        asking.ask(story.bug, ANNA, "delete-row", {}, "bad row")


def test_what_can_not_be_previewed_is_over() -> None:
    story = claimed()
    story.then(asking.ask(story.bug, ANNA, "delete-row", {}, "bad row"))
    story.then(FixRefused(run=1, why="menus 13 is not there"), PRODUCTION)
    assert (fix(story).state, fix(story).why, story.bug.live_fix) == (RunState.REFUSED, "menus 13 is not there", None)


# ---- confirming


def test_a_fix_without_risk_needs_nobody_else() -> None:
    story = confirmed(asked(claimed()))
    assert fix(story).state is RunState.APPROVED


def test_only_who_asked_confirms() -> None:
    with pytest.raises(NotAllowed, match="U0ANNA asked for this preview"):
        approval.confirm(asked(claimed()).bug, BEN, 1, "d1", now=claimed().now)


def test_what_was_seen_is_what_is_run() -> None:
    story = asked(claimed())
    with pytest.raises(Refused, match="has changed since you saw it"):
        approval.confirm(story.bug, ANNA, 1, "another", now=story.now)


def test_an_old_preview_is_made_anew() -> None:
    story = asked(claimed())
    with pytest.raises(Refused, match="more than 15 minutes old"):
        approval.confirm(story.bug, ANNA, 1, "d1", now=story.now + LATER)


def test_a_fix_that_nobody_could_approve_is_not_confirmed() -> None:
    story = asked(claimed(), approvals=2)
    with pytest.raises(NotAllowed, match="nobody else can give it: add somebody to"):
        approval.confirm(story.bug, ANNA, 1, "d1", now=story.now)


def test_never_more_approvals_are_needed_than_there_are_people_who_could() -> None:
    story = waits(BEN, approvals=2)
    assert fix(story).approvals == 1
    assert fix(approve(story)).state is RunState.APPROVED


def test_where_there_is_nobody_the_asker_goes_on_alone_at_once_if_the_policy_allows_it() -> None:
    story = asked(claimed(), approvals=2)
    story.then(approval.confirm(story.bug, ANNA, 1, "d1", now=story.now, alone=True))
    assert (fix(story).state, fix(story).approvals) == (RunState.WAITING, 1)
    story.then(approval.break_glass(story.bug, ANNA, 1, "d1", now=story.now, reason="I am the only one"))
    assert (fix(story).state, fix(story).broken_glass) == (RunState.APPROVED, True)


def test_what_takes_a_second_factor_is_neither_approved_nor_gone_on_with_without_one() -> None:
    story = asked(claimed(), approvals=1)
    story.then(approval.confirm(story.bug, ANNA, 1, "d1", now=story.now, asked=(BEN,), factor=True))
    with pytest.raises(NotAllowed, match="takes a second factor"):
        approve(story)
    with pytest.raises(NotAllowed, match="takes a second factor"):
        approval.break_glass(story.bug, ANNA, 1, "d1", now=story.now + timedelta(minutes=3), reason="nobody answers")
    proof = Proof(whom="ben@example.com", code="123456")
    story.then(approval.approve(story.bug, approver(BEN), 1, "d1", story.now, proof=proof), BEN)
    assert (fix(story).state, fix(story).factors) == (RunState.APPROVED, (BEN,))


def test_confirming_twice_is_told_how_it_stands() -> None:
    with pytest.raises(Refused, match="is waiting for approval already"):
        approval.confirm(waits().bug, ANNA, 1, "d1", now=claimed().now)


def test_a_fix_of_a_bug_that_was_dismissed_meanwhile_is_not_confirmed() -> None:
    story = asked(claimed()).then(Dismissed(reason="a crawler"))
    with pytest.raises(Refused, match="was dismissed"):
        approval.confirm(story.bug, ANNA, 1, "d1", now=story.now)


def test_there_is_no_fix_of_that_number() -> None:
    with pytest.raises(Refused, match="BUG-17 has no fix number 7"):
        run.cancel(claimed().bug, ANNA, 7)


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
        (approver(CLEO), "not among those who can approve this. Asked: U0BEN"),
        (approver(approver=False), "not among those"),
    ],
    ids=["self", "guest", "bot", "gone", "stranger", "not asked", "not an approver any more"],
)
def test_nobody_else_approves_or_rejects(member: Member, sentence: str) -> None:
    story = waits()
    with pytest.raises(NotAllowed, match=sentence):
        approval.approve(story.bug, member, 1, "d1", story.now)
    with pytest.raises(NotAllowed, match=sentence):
        approval.reject(story.bug, member, 1, "d1", "too risky")


def test_who_joined_after_it_was_asked_does_not_approve_it() -> None:
    story = waits()
    late = approver(joined=story.now + timedelta(seconds=1))
    with pytest.raises(NotAllowed, match="joined after this was asked for"):
        approval.approve(story.bug, late, 1, "d1", story.now)
    approve(story, joined=story.now - timedelta(days=1))
    assert fix(story).approved_by == (BEN,)


def test_an_approval_is_for_exactly_what_was_seen() -> None:
    story = waits()
    with pytest.raises(Refused, match="has changed since you saw it"):
        approval.approve(story.bug, approver(), 1, "another", story.now)


def test_an_approval_that_comes_too_late_is_none() -> None:
    story = waits()
    with pytest.raises(Refused, match="has lapsed"):
        approval.approve(story.bug, approver(), 1, "d1", story.now + LATER)


def test_a_fix_that_nobody_confirmed_is_not_approved() -> None:
    story = asked(claimed(), approvals=1)
    with pytest.raises(Refused, match="is previewed already"):
        approval.approve(story.bug, approver(), 1, "d1", story.now)


def test_another_person_says_no_and_why() -> None:
    story = waits()
    with pytest.raises(Invalid, match="Say why not"):
        approval.reject(story.bug, approver(), 1, "d1", "no")
    story.then(approval.reject(story.bug, approver(), 1, "d1", " the wrong row "), BEN)
    assert (fix(story).state, fix(story).why) == (RunState.REJECTED, "the wrong row")


# ---- breaking the glass


def break_glass(
    story: Story, by: str = ANNA, *, minutes: float = 3, digest: str = "d1", reason: str = "all asleep"
) -> FixApproved:
    now = story.now + timedelta(minutes=minutes)
    return approval.break_glass(story.bug, by, 1, digest, now=now, reason=reason)


def test_who_can_not_wait_goes_on_alone_and_everybody_sees_it() -> None:
    story = waits(BEN, CLEO, approvals=2)
    story.then(break_glass(story))
    assert (fix(story).state, fix(story).broken_glass, fix(story).approved_by) == (RunState.APPROVED, True, (ANNA,))


def test_glass_once_broken_stays_broken() -> None:
    story = waits()
    story.then(break_glass(story)).then(FixApproved(run=1, digest="d1"), BEN)
    assert fix(story).broken_glass


def test_the_approvers_have_two_minutes_first() -> None:
    with pytest.raises(Refused, match="Give the approvers until"):
        break_glass(waits(), minutes=1)


def test_only_who_asked_breaks_the_glass() -> None:
    with pytest.raises(NotAllowed, match="Only U0ANNA, who asked for it"):
        break_glass(waits(), BEN)


def test_broken_glass_too_is_for_what_was_seen_in_time_and_with_a_reason() -> None:
    with pytest.raises(Refused, match="has changed"):
        break_glass(waits(), digest="another")
    with pytest.raises(Refused, match="has lapsed"):
        break_glass(waits(), minutes=16)
    with pytest.raises(Invalid, match="nobody could be waited for"):
        break_glass(waits(), reason=" ")

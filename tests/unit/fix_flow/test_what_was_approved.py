"""What runs is what was approved: undone once, decided on what was seen, and never out of sight while nobody knows."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.bug.bug import Bug, Status
from bot.bug.course import course
from bot.bug.course.course import Fixed
from bot.bug.debt import debt
from bot.bug.errors import NotAllowed, Refused
from bot.bug.event import Event
from bot.bug.fixes import approval, asking, doubt, run
from bot.bug.fixes.approval import FixApproved, Proof
from bot.bug.fixes.asking import FixPreviewed
from bot.bug.fixes.fix import RunState
from bot.bug.fixes.run import FixEnded, FixStarted
from bot.bug.words import plain
from tests.unit.bug.story import (
    ANNA,
    BEN,
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

CODE = Proof(whom=BEN, code="123456")


def undo_previewed(story: Story) -> Story:
    """One more preview of an undo of the first run."""
    story.then(asking.ask_undo(story.bug, ANNA, 1, "the wrong row"))
    number = len(story.bug.fixes)
    preview = FixPreviewed(
        run=number,
        digest="d1",
        target="shop",
        lock_key="shop:menus",
        summary="restore 1 row",
        text="insert",
        undoable=True,
    )
    return story.then(preview, PRODUCTION)


def twice_previewed() -> Story:
    return undo_previewed(undo_previewed(ran(confirmed(asked(claimed())))))


class TestAnUndoRunsOnce:
    def test_the_second_preview_of_it_is_not_confirmed_after_the_first_has_run(self) -> None:
        story = twice_previewed()
        story.then(approval.confirm(story.bug, ANNA, 2, "d1", now=story.now))
        story.then(FixStarted(run=2, deadline=story.now), PRODUCTION)
        story.then(FixEnded(run=2, state="succeeded", summary="restored"), PRODUCTION)
        with pytest.raises(Refused, match="is undone already, by run 2"):
            approval.confirm(story.bug, ANNA, 3, "d1", now=story.now)

    def test_nor_is_it_approved_done_by_hand_or_gone_on_with_alone(self) -> None:
        story = twice_previewed()
        done = replace(fix(story), undone_by=2)
        waits_ = replace(fix(story, 3), state=RunState.WAITING, asked=(BEN,), approvals=1)
        for third, decide in (
            (waits_, lambda bug: approval.approve(bug, approver(), 3, "d1", story.now)),
            (waits_, lambda bug: approval.break_glass(bug, ANNA, 3, "d1", now=story.now, reason="it burns")),
            (replace(waits_, state=RunState.APPROVED), lambda bug: run.reported_done(bug, ANNA, 3)),
        ):
            bug = replace(story.bug, fixes=(done, fix(story, 2), third))
            with pytest.raises(Refused, match="is undone already"):
                decide(bug)

    def test_an_undo_that_failed_may_be_tried_again(self) -> None:
        story = twice_previewed()
        story.then(approval.confirm(story.bug, ANNA, 2, "d1", now=story.now))
        story.then(FixEnded(run=2, state="failed", summary="no"), PRODUCTION)
        assert approval.confirm(story.bug, ANNA, 3, "d1", now=story.now).run == 3

    def test_what_never_worked_is_not_undone(self) -> None:
        story = twice_previewed()
        failed = replace(fix(story), state=RunState.FAILED)
        bug = replace(story.bug, fixes=(failed, *story.bug.fixes[1:]))
        with pytest.raises(Refused, match="there is nothing to undo"):
            approval.confirm(bug, ANNA, 2, "d1", now=story.now)


OUT_OF_SIGHT: tuple[Callable[[Bug], Event], ...] = (
    lambda bug: course.dismissed(bug, "not ours"),
    lambda bug: course.merged(bug, opened(18).bug),
    lambda bug: debt.paid(replace(bug, status=Status.OWED), "PR 212"),
)


@pytest.mark.parametrize("decide", OUT_OF_SIGHT)
class TestItsQuestionStaysBeforePeople:
    def test_while_nobody_knows_what_a_run_did(self, decide: Callable[[Bug], Event]) -> None:
        story = ran(confirmed(asked(claimed())), "unknown")
        with pytest.raises(Refused, match="Nobody knows yet whether delete-row menus 13 happened"):
            decide(story.bug)
        story.then(doubt.settle(story.bug, ANNA, 1, "failed", "the row is there"))
        decide(story.bug)

    def test_while_a_run_is_under_way(self, decide: Callable[[Bug], Event]) -> None:
        story = confirmed(asked(claimed()))
        story.then(FixStarted(run=1, deadline=story.now), PRODUCTION)
        with pytest.raises(Refused, match="delete-row menus 13"):
            decide(story.bug)

    def test_while_one_waits_for_an_approval(self, decide: Callable[[Bug], Event]) -> None:
        with pytest.raises(Refused, match="delete-row menus 13"):
            decide(waits().bug)


def test_a_bug_does_not_close_by_itself_while_nobody_knows_what_an_undo_did() -> None:
    story = ran(confirmed(asked(claimed(), proper=True)))
    story = undo_previewed(story)
    story.then(approval.confirm(story.bug, ANNA, 2, "d1", now=story.now))
    story.then(FixStarted(run=2, deadline=story.now), PRODUCTION)
    story.then(FixEnded(run=2, state="unknown", summary="cut off"), PRODUCTION)
    story.then(Fixed(how="probe", said="is 200", proper=True), PRODUCTION)
    states = [story.bug.status]
    states.append(story.then(doubt.settle(story.bug, ANNA, 2, "failed", "nothing came back")).bug.status)
    assert states == [Status.FIXED, Status.CLOSED]


def test_what_was_cancelled_is_not_brought_back_by_its_preview() -> None:
    story = claimed()
    story.then(asking.ask(story.bug, ANNA, "delete-row", {}, "bad row"))
    story.then(run.cancel(story.bug, ANNA, 1))
    late = FixPreviewed(run=1, digest="d1", target="shop", lock_key="k", summary="s", text="t")
    assert fix(story.then(late, PRODUCTION)).state is RunState.CANCELLED


def test_a_preview_is_not_put_under_what_an_approver_looks_at() -> None:
    story = waits()
    other = FixPreviewed(run=1, digest="d2", target="shop", lock_key="k", summary="other", text="drop it all")
    story.then(other, PRODUCTION)
    assert (fix(story).state, fix(story).digest, fix(story).text) == (RunState.WAITING, "d1", "delete from menus")


def test_a_rejection_is_of_what_was_seen() -> None:
    with pytest.raises(Refused, match="has changed since you saw it"):
        approval.reject(waits().bug, approver(), 1, "another", "too risky")


class TestFiveTries:
    def test_then_somebody_else_has_to_approve(self) -> None:
        story = self._wrong(waits(BEN, "U0CLEO"), approval.TRIES)
        assert approval.barred(fix(story)) == (BEN,)
        with pytest.raises(NotAllowed, match="You gave 5 wrong codes for this"):
            approval.approve(story.bug, approver(), 1, "d1", story.now, proof=CODE)
        assert isinstance(approval.approve(story.bug, approver("U0CLEO"), 1, "d1", story.now, proof=CODE), FixApproved)

    def test_before_that_the_right_one_counts(self) -> None:
        story = self._wrong(waits(), approval.TRIES - 1)
        assert approval.approve(story.bug, approver(), 1, "d1", story.now, proof=CODE).factor

    def test_no_sixth_is_looked_at(self) -> None:
        story = self._wrong(waits(), approval.TRIES)
        with pytest.raises(NotAllowed, match="nobody else, so it will lapse"):
            approval.wrong_code(story.bug, BEN, 1)

    def test_the_last_one_is_said_loudly(self) -> None:
        story = self._wrong(waits(), approval.TRIES)
        lines = [fact.event.line(story.bug, BEN) for fact in story.facts if fact.event.KIND == "fix_code_wrong"]
        assert [line.loud for line in lines if line] == [False] * 4 + [True]
        assert "somebody else has to look at it" in plain(lines[-1].parts if lines[-1] else ())

    def _wrong(self, story: Story, times: int) -> Story:
        for _ in range(times):
            story.then(approval.wrong_code(story.bug, BEN, 1), BEN)
        return story

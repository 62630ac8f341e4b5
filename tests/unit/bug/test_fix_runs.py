"""Once it may run: a start, an end that somebody knows, and an undo that is a fix of its own."""

from dataclasses import replace

import pytest

from bot.bug.errors import NotAllowed, Refused
from bot.bug.fixes import asking, doubt, run
from bot.bug.fixes.asking import FixPreviewed
from bot.bug.fixes.fix import RunState
from bot.bug.fixes.looks import LookAsked, Looked, Probed
from bot.bug.fixes.run import FixCancelled, FixEnded, FixLapsed, FixProgressed, FixStarted
from tests.unit.bug.story import (
    ANNA,
    BEN,
    CLEO,
    PRODUCTION,
    Story,
    asked,
    claimed,
    confirmed,
    fix,
    ran,
    waits,
)

# ---- running


def test_a_run_has_a_start_a_deadline_and_an_outcome() -> None:
    story = ran(confirmed(asked(claimed())))
    assert (fix(story).state, fix(story).summary, fix(story).why) == (RunState.SUCCEEDED, "1 row deleted", "menus 13")
    assert fix(story).started_at
    assert fix(story).deadline
    assert story.bug.last_success == fix(story)


def test_a_failed_run_fixed_nothing() -> None:
    story = ran(confirmed(asked(claimed())), "failed")
    assert (fix(story).state, story.bug.last_success) == (RunState.FAILED, None)


def test_what_finds_a_cut_off_run_again_is_kept() -> None:
    story = confirmed(asked(claimed())).then(FixProgressed(run=1, kept="sealed"), PRODUCTION)
    story.then(FixProgressed(run=1, text="a line of output"), PRODUCTION)
    assert fix(story).kept == "sealed"


def test_a_fix_that_did_not_start_is_cancelled_at_once() -> None:
    story = waits()
    story.then(run.cancel(story.bug, ANNA, 1))
    assert (fix(story).state, story.bug.live_fix) == (RunState.CANCELLED, None)


def test_a_started_fix_is_only_asked_to_stop() -> None:
    story = confirmed(asked(claimed()))
    story.then(FixStarted(run=1, deadline=story.now), PRODUCTION)
    story.then(run.cancel(story.bug, ANNA, 1))
    assert fix(story).state is RunState.STARTED


def test_cancelling_what_never_was_changes_nothing() -> None:
    before = claimed()
    assert before.bug.fixes == claimed().then(FixCancelled(run=7)).bug.fixes


def test_the_owner_may_cancel_what_somebody_else_asked_for_and_nobody_else() -> None:
    story = asked(claimed(), by=BEN)
    assert run.cancel(story.bug, ANNA, 1) == run.cancel(story.bug, BEN, 1)
    with pytest.raises(NotAllowed, match="Only U0BEN or the owner"):
        run.cancel(story.bug, CLEO, 1)


def test_what_is_over_is_not_cancelled() -> None:
    with pytest.raises(Refused, match="is done already"):
        run.cancel(ran(confirmed(asked(claimed()))).bug, ANNA, 1)


def test_a_fix_that_was_not_run_in_time_lapses() -> None:
    story = waits().then(FixLapsed(run=1, why="too late"), PRODUCTION)
    assert (fix(story).state, fix(story).why) == (RunState.LAPSED, "too late")


@pytest.mark.parametrize("state", ["succeeded", "failed"])
def test_somebody_says_what_a_cut_off_run_did(state: str) -> None:
    story = ran(confirmed(asked(claimed())), "unknown")
    story.then(doubt.settle(story.bug, ANNA, 1, state, "I looked"))
    assert (fix(story).state.value, fix(story).why, fix(story).summary) == (state, "I looked", "1 row deleted")


def test_only_a_run_that_was_cut_off_is_settled_by_those_who_answer_for_it() -> None:
    story = ran(confirmed(asked(claimed())))
    with pytest.raises(Refused, match="is done; there is nothing to settle"):
        doubt.settle(story.bug, ANNA, 1, "failed", "")
    with pytest.raises(NotAllowed, match="Only U0ANNA or the owner of BUG-17 can say"):
        doubt.settle(story.bug, BEN, 1, "failed", "")


def test_in_propose_mode_a_person_runs_it_and_says_so() -> None:
    story = confirmed(asked(claimed()))
    with pytest.raises(NotAllowed, match="Only U0ANNA, who asked for it"):
        run.reported_done(story.bug, BEN, 1)
    story.then(run.reported_done(story.bug, ANNA, 1))
    assert fix(story).state == RunState.SUCCEEDED
    with pytest.raises(Refused, match="is done, not approved"):
        run.reported_done(story.bug, ANNA, 1)


# ---- undoing


def undo(story: Story, run: int = 1) -> Story:
    return story.then(asking.ask_undo(story.bug, ANNA, run, "wrong row"))


def previewed_undo(story: Story) -> Story:
    preview = FixPreviewed(run=2, digest="d1", target="shop", lock_key="shop", summary="1 row", text="insert")
    return confirmed(undo(story).then(preview, PRODUCTION))


def test_an_undo_is_a_fix_of_its_own() -> None:
    story = ran(previewed_undo(ran(confirmed(asked(claimed())))))
    assert (fix(story, 2).undo_of, fix(story, 1).undone_by, story.bug.last_success) == (1, 2, None)


def test_an_undo_done_by_hand_undoes_too() -> None:
    story = previewed_undo(ran(confirmed(asked(claimed()))))
    story.then(run.reported_done(story.bug, ANNA, 2))
    assert fix(story, 1).undone_by == 2


def test_a_failed_undo_leaves_the_fix_standing() -> None:
    story = ran(previewed_undo(ran(confirmed(asked(claimed())))), "failed")
    assert fix(story, 1).undone_by is None
    assert story.bug.last_success == fix(story, 1)


def test_what_did_not_run_is_undone_or_can_not_be_is_not_undone() -> None:
    with pytest.raises(Refused, match="did not run to its end"):
        undo(asked(claimed()))
    done = ran(previewed_undo(ran(confirmed(asked(claimed())))))
    with pytest.raises(Refused, match=r"was undone by .* at .* UTC\. An undo is not undone itself"):
        undo(done)
    with pytest.raises(Refused, match="An undo is not undone itself: to have the change back, ask for the fix again"):
        undo(done, run=2)


def test_an_undo_that_names_no_run_is_of_the_last_fix_or_says_what_became_of_it() -> None:
    with pytest.raises(Refused, match="No fix has run on BUG-1"):
        asking.last_to_undo(asked(claimed()).bug)
    ended = ran(confirmed(asked(claimed())))
    assert asking.last_to_undo(ended.bug) == 1
    with pytest.raises(Refused, match=r"was undone by .* at .* UTC"):
        asking.last_to_undo(ran(previewed_undo(ended)).bug)


def test_what_can_not_be_undone_says_so() -> None:
    with pytest.raises(Refused, match="cannot be undone: mail is out"):
        undo(ran(confirmed(asked(claimed(), undoable=False))))


def test_an_end_without_a_known_run_marks_nothing() -> None:
    story = claimed().then(FixEnded(run=7, state="succeeded", summary="?"), PRODUCTION)
    assert story.bug.fixes == ()


# ---- looking


def test_a_look_leaves_the_bug_as_it_is() -> None:
    story = claimed()
    before = story.bug
    story.then(LookAsked(look="rows")).then(Looked(look="rows", asked=3, count=1), PRODUCTION)
    assert story.bug == replace(before, seq=before.seq + 2)


def test_the_last_fifty_probes_are_kept() -> None:
    story = claimed()
    for i in range(60):
        story.then(Probed(probe="menu-page", when="asked", ok=False, said=f"is 500 ({i})"), PRODUCTION)
    assert [p.said for p in story.bug.probes] == [f"is 500 ({i})" for i in range(10, 60)]


@pytest.mark.parametrize("state", list(RunState))
def test_every_state_of_a_fix_has_a_word(state: RunState) -> None:
    assert replace(fix(asked(claimed())), state=state).state_said


def test_a_probe_that_somebody_asked_for_leaves_its_words_to_what_was_reproduced() -> None:
    seen = Probed(probe="menu-page", when="asked", ok=False, said="is 500")
    assert seen.line(claimed().bug, "production") is None


def test_what_a_run_broke_is_the_same_answer_but_for_that() -> None:
    seen = Probed(probe="checkout", when="after", ok=False, said="is 502", smoke=True, where="development")
    assert seen.broken() == Probed(
        probe="checkout", when="after", ok=False, said="is 502", smoke=True, where="development", broke=True
    )

"""What a pull request that names a bug means for it: linked, checked, merged, taken back."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.bug.bug import Bug, Status
from bot.bug.course import course
from bot.bug.course.course import CameBack, Fixed, Merged, Reopened
from bot.bug.debt import debt, pulls
from bot.bug.debt.board import BoardCardMoved
from bot.bug.debt.debt import Paid
from bot.bug.errors import Invalid, Refused
from bot.bug.fixes import approval, doubt
from tests.unit.bug.merging import BACK, LATER, MERGED, OPEN, lines, owed, pull, sees, stands
from tests.unit.bug.story import (
    ANNA,
    BEN,
    MONDAY,
    Story,
    approver,
    asked,
    claimed,
    confirmed,
    fix,
    fixed,
    opened,
    ran,
    told,
)


def test_a_pull_request_that_names_a_bug_stands_on_it() -> None:
    story = sees(opened(), OPEN)
    assert pull(story).standing == "open, no checks yet"
    assert lines(story, 1) == ["PR 212 “Keep the index whole” by ada is the proper fix of BUG-17"]


def test_a_merge_pays_what_is_owed_and_closes_the_bug() -> None:
    story = sees(owed(), OPEN, MERGED)
    assert stands(story) is Status.CLOSED
    assert story.bug.debt
    assert (story.bug.debt.how, story.bug.debt.url) == ("ben merged PR 212", OPEN.url)
    assert lines(story, 2) == [
        "PR 212 “Keep the index whole” was merged by ben",
        "ben merged PR 212 (see): the proper fix is paid",
    ]


def test_a_merge_nobody_is_named_for_still_pays() -> None:
    story = sees(owed(), replace(MERGED, by="", author="", title="", url=""))
    assert lines(story, 2) == ["PR 212 was merged", "PR 212 was merged: the proper fix is paid"]


def test_a_merge_before_everybody_is_told_leaves_nothing_to_be_owed() -> None:
    story = told(sees(fixed(), MERGED))
    assert story.kinds.count("paid") == 1
    assert (story.bug.status, "owed" in story.kinds) == (Status.CLOSED, False)


def test_a_merge_before_it_works_counts_once_it_does() -> None:
    story = sees(claimed(), MERGED)
    assert stands(story) is Status.CLAIMED
    story.then(course.fixed(story.bug, ANNA, "it is out"), after=5)
    assert stands(story) is Status.CLOSED
    assert story.kinds[-3:] == ["fixed", "paid", "closed"]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"role": "none"}, "was merged by ben"),
        ({"role": "mentions"}, "it only mentions BUG-17, so nothing is paid by that. If it is the fix: /bug paid"),
        ({"base": "next", "counts": False}, "into next, which is not what people use: nothing is paid by that"),
        ({"state": "closed"}, "was closed by ben without a merge"),
    ],
)
def test_what_pays_nothing_says_why(other: dict[str, Any], said: str) -> None:
    story = sees(owed(), OPEN, replace(MERGED, **other))
    assert stands(story) is Status.OWED
    assert said.replace("/bug", "`/bug") in lines(story, 1)[0]


def test_a_bug_that_came_back_was_not_fixed_by_what_was_merged_before() -> None:
    for again in (CameBack(occurrences=13), Reopened(reason="still 500")):
        story = sees(owed(), MERGED)
        story.then(again, after=60)
        assert not pull(story).pays
        story.then(course.fixed(story.bug, ANNA), after=5)
        assert stands(story) is Status.FIXED
        assert story.bug.debt is None


def test_a_merge_waits_with_paying_until_every_fix_is_at_its_known_end() -> None:
    story = sees(confirmed(asked(owed(), approvals=1), BEN), MERGED)
    assert (stands(story), fix(story).state) == (Status.OWED, "waiting")
    story.then(approval.reject(story.bug, approver(), 1, "d1", "not needed any more"), BEN)
    assert stands(story) is Status.CLOSED
    cut_off = sees(ran(confirmed(asked(owed())), "unknown"), MERGED)
    assert stands(cut_off) is Status.OWED
    cut_off.then(doubt.settle(cut_off.bug, ANNA, 1, "failed", "the row is there"))
    assert stands(cut_off) is Status.CLOSED


def test_what_is_fixed_properly_is_not_closed_while_a_fix_waits() -> None:
    story = confirmed(asked(claimed(), approvals=1), BEN).then(Fixed(how="word", proper=True))
    assert stands(story) is Status.FIXED
    story.then(approval.reject(story.bug, approver(), 1, "d1", "not needed any more"), BEN)
    assert stands(story) is Status.CLOSED


def test_a_card_in_done_says_that_nothing_is_paid_while_a_fix_waits() -> None:
    moved = BoardCardMoved(stage="done", by="ben", engaged=True)
    (said,) = lines(owed().then(moved), 1)
    assert said.endswith("while a fix is not at its end. Settle it, then `/bug paid BUG-17`")


def test_a_merge_taken_back_makes_it_owed_again_by_the_same_person() -> None:
    story = sees(owed(), MERGED, BACK)
    assert stands(story) is Status.CLOSED
    assert lines(story, 1) == ['PR 220 “Revert "Keep"” by cleo would take PR 212 back']
    sees(story, replace(BACK, state="merged", at=LATER + timedelta(hours=1)))
    assert stands(story) is Status.OWED
    assert lines(story, 2)[0] == 'PR 220 “Revert "Keep"” was merged by cleo, so PR 212 is taken back'
    assert story.bug.debt
    assert (story.bug.debt.owner, story.bug.debt.paid_at, story.bug.closed_at) == (ANNA, None, None)
    assert "owes the proper fix again" in lines(story, 1)[0]
    assert "PR 212 was taken back by PR 220" in lines(story, 1)[0]
    assert pull(story).standing == "merged, then taken back"


def test_taking_back_what_was_taken_back_pays_it_once_more() -> None:
    story = sees(owed(), MERGED, replace(BACK, state="merged"))
    sees(story, replace(MERGED, number=221, at=LATER + timedelta(days=1), reverts=220))
    assert stands(story) is Status.CLOSED
    assert story.kinds.count("paid") == 2


def test_a_merge_taken_back_before_everybody_is_told_is_owed_once_they_are() -> None:
    story = sees(fixed(), MERGED, replace(BACK, state="merged"))
    assert (story.bug.status, story.bug.debt) == (Status.FIXED, None)
    assert told(story).bug.status is Status.OWED


def test_nothing_else_is_owed_again_by_a_revert() -> None:
    by_hand = owed()
    by_hand.then(debt.paid(by_hand.bug, "a call"), after=1)
    other = sees(owed(), MERGED, replace(BACK, reverts=99, state="merged"))
    elsewhere = sees(owed(), MERGED, replace(BACK, state="merged", counts=False))
    for story in (sees(by_hand, MERGED, replace(BACK, state="merged")), other, elsewhere):
        assert stands(story) is Status.CLOSED


def test_a_debt_that_names_a_pull_request_nobody_knows_any_more_stays_paid() -> None:
    bug = replace(sees(owed(), MERGED).bug, pulls=())
    assert debt.follows(bug, MONDAY) is None


def test_what_is_told_late_or_twice_changes_nothing() -> None:
    story = sees(owed(), MERGED)
    before = len(story.facts)
    sees(
        story, OPEN, MERGED, replace(MERGED, at=LATER + timedelta(days=1)), replace(OPEN, at=LATER + timedelta(days=2))
    )
    assert len(story.facts) == before


def test_a_text_that_is_edited_after_the_merge_takes_nothing_back() -> None:
    story = sees(owed(), MERGED, replace(MERGED, role="none", at=LATER + timedelta(days=1)))
    assert stands(story) is Status.CLOSED
    assert pull(story).role == "fixes"


def test_a_text_that_whoever_merged_it_edits_afterwards_pays() -> None:
    story = sees(owed(), replace(MERGED, role="mentions"), replace(MERGED, at=LATER + timedelta(hours=1)))
    assert stands(story) is Status.CLOSED


STRANGER = replace(MERGED, late=True, at=LATER + timedelta(hours=2), by="mallory")


def test_a_text_that_somebody_else_edits_after_the_merge_asks_whether_it_is_paid() -> None:
    for story in (owed(), sees(owed(), replace(MERGED, role="mentions"))):
        sees(story, STRANGER)
        assert stands(story) is Status.OWED
        assert (
            "it names BUG-17 as fixed only since, so nothing is paid by that. If it is the fix:" in lines(story, 1)[0]
        )
        before = len(story.facts)
        assert len(sees(story, STRANGER, replace(STRANGER, role="mentions")).facts) == before


def test_a_label_after_the_merge_that_is_told_of_first_takes_nothing_from_it() -> None:
    for late in (MERGED, replace(OPEN, at=LATER - timedelta(minutes=5))):
        story = sees(owed(), STRANGER, late)
        assert stands(story) is Status.CLOSED
    story = sees(owed(), OPEN, STRANGER)
    assert stands(story) is Status.CLOSED


def test_what_was_merged_before_the_bug_came_pays_nothing() -> None:
    old = MONDAY - timedelta(days=2000)
    for told_ in (
        (replace(MERGED, merged_at=old),),
        (replace(STRANGER, merged_at=None), replace(MERGED, merged_at=old)),
    ):
        story = sees(owed(), *told_)
        assert stands(story) is Status.OWED
        assert "that was before BUG-17 came, so nothing is paid by that" in lines(story, 1)[0]


def test_a_merge_of_which_nobody_says_when_it_was_pays_nothing() -> None:
    story = sees(owed(), replace(MERGED, merged_at=None))
    assert stands(story) is Status.OWED
    assert pulls.seen(sees(owed(), replace(STRANGER, merged_at=None)).bug, OPEN) is None


def test_a_merge_that_was_taken_back_before_anybody_told_of_it_says_so() -> None:
    story = sees(owed(), replace(MERGED, reverted=True))
    assert stands(story) is Status.OWED
    assert "it is taken back already, so nothing is paid by that" in lines(story, 1)[0]


def test_a_pull_request_that_never_named_it_is_not_linked() -> None:
    assert pulls.seen(opened().bug, replace(OPEN, role="none")) is None


def test_a_bug_that_goes_on_as_another_brings_its_pull_requests_along() -> None:
    ending, into = sees(opened(3), OPEN), owed()
    into.then(course.absorbed(into.bug, ending.bug), after=1)
    assert pull(into).role == "fixes"
    assert ending.then(Merged(into=17)).bug.status is Status.MERGED


def test_merging_after_it_was_told_that_it_is_merged_pays_nothing_twice() -> None:
    ending, into = sees(opened(3), MERGED), sees(owed(), MERGED)
    before = into.kinds.count("paid")
    assert course._pulls(into.bug, ending.bug) == ()
    assert before == 1


# -- who owes it, and until when


def changed(story: Story, **how: Any) -> Bug:
    return story.then(debt.change(story.bug, story.now, how.get("owner"), how.get("due")), BEN, after=1).bug


def test_somebody_else_owes_it_until_another_day() -> None:
    story, day = owed(), MONDAY + timedelta(days=20)
    after = changed(story, owner=BEN, due=day)
    assert after.debt
    assert (after.debt.owner, after.debt.before, after.debt.due) == (BEN, (ANNA,), day)
    assert "agreed: U0BEN owes the proper fix by Sun 14 Dec" in lines(story, 1)[0]
    later = changed(story, due=day + timedelta(days=1))
    assert later.debt
    assert (later.debt.owner, later.debt.before) == (BEN, (ANNA,))


@pytest.mark.parametrize("days", [-1, 400])
def test_a_day_that_is_over_or_far_away_is_refused(days: int) -> None:
    story = owed()
    with pytest.raises(Invalid, match="within a year"):
        debt.change(story.bug, story.now, None, story.now + timedelta(days=days))


def test_a_change_that_changes_nothing_is_refused() -> None:
    story = owed()
    with pytest.raises(Refused, match="until then already"):
        debt.change(story.bug, story.now, ANNA, None)
    with pytest.raises(Refused, match="not fixed yet"):
        debt.change(claimed().bug, story.now, ANNA, None)


def test_a_link_that_shows_the_payment_stands_beside_it() -> None:
    story = owed()
    story.then(debt.paid(story.bug, "released", "https://acme.example/r/3"), BEN, after=1)
    assert lines(story, 1) == ["U0BEN paid the proper fix: released (see)"]
    assert isinstance(story.facts[-1].event, Paid)


# -- what is turned on and off

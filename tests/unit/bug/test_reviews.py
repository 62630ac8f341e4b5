"""What an approver says besides yes and no: a word, a request for changes, another approver."""

import pytest

from bot.bug.errors import Invalid, NotAllowed, Refused
from bot.bug.fixes import approval, asking, review
from bot.bug.fixes.fix import RunState
from bot.bug.permissions.policy import wanting
from tests.unit.bug.story import ANNA, BEN, CLEO, Story, approver, fix, waits

BOTH = (BEN, CLEO)


def hand(
    story: Story, to: str = CLEO, *, able: tuple[str, ...] = BOTH, digest: str = "d1", why: str = "knows it"
) -> Story:
    decided = review.hand_on(story.bug, approver(), 1, digest, to=approver(to), able=able, now=story.now, reason=why)
    return story.then(decided, BEN)


def test_an_approval_may_carry_a_word_that_people_read() -> None:
    story = waits(*BOTH)
    story.then(approval.approve(story.bug, approver(), 1, "d1", story.now, word=" only for Ada "), BEN)
    assert fix(story).words == ("only for Ada",)
    assert fix(story).state is RunState.APPROVED
    told = story.facts[-1].event.line(story.bug, BEN)
    assert told
    assert "only for Ada" in str(told.parts)


def test_what_is_sent_back_runs_no_more_and_says_why() -> None:
    story = waits(*BOTH)
    story.then(review.send_back(story.bug, approver(), 1, "d1", "only menu 14"), BEN)
    assert (fix(story).state, fix(story).why) == (RunState.SENT_BACK, "only menu 14")
    with pytest.raises(Refused, match="sent back for changes"):
        approval.approve(story.bug, approver(CLEO), 1, "d1", story.now)


def test_a_revision_is_a_run_of_its_own_so_that_nobody_approves_what_they_have_not_seen() -> None:
    story = waits(*BOTH)
    story.then(review.send_back(story.bug, approver(), 1, "d1", "only menu 14"), BEN)
    before = review.revised(story.bug, ANNA, 1)
    params = {**before.params, "key": "14"}
    story.then(asking.ask(story.bug, ANNA, before.action, params, before.reason, revises=1), ANNA)
    assert (fix(story, 2).revises, fix(story, 2).params["key"]) == (1, "14")
    assert story.facts[-1].event.line(story.bug, ANNA)
    with pytest.raises(Refused, match="revised already: it is run 2 now"):
        review.revised(story.bug, ANNA, 1)


def test_only_who_asked_revises_and_only_what_was_sent_back() -> None:
    story = waits(*BOTH)
    with pytest.raises(Refused, match="nobody asked for changes"):
        review.revised(story.bug, ANNA, 1)
    with pytest.raises(NotAllowed, match="can revise it"):
        review.revised(story.bug, BEN, 1)


def test_changes_are_asked_for_with_words_and_of_what_was_seen() -> None:
    story = waits(*BOTH)
    with pytest.raises(Invalid, match="what should be changed"):
        review.send_back(story.bug, approver(), 1, "d1", " ")
    with pytest.raises(Refused, match="has changed since you saw it"):
        review.send_back(story.bug, approver(), 1, "another", "only menu 14")
    with pytest.raises(NotAllowed, match="somebody else has to approve"):
        review.send_back(story.bug, approver(ANNA), 1, "d1", "only menu 14")


def test_whoever_gets_it_decides_and_who_left_it_does_not_any_more() -> None:
    story = hand(waits(*BOTH))
    assert fix(story).asked == (CLEO,)
    assert [(x.by, x.to, x.why) for x in fix(story).handed] == [(BEN, CLEO, "knows it")]
    with pytest.raises(NotAllowed, match="not among those"):
        approval.approve(story.bug, approver(), 1, "d1", story.now)
    story.then(approval.approve(story.bug, approver(CLEO), 1, "d1", story.now), CLEO)
    assert wanting(fix(story)) == ""


def test_somebody_who_was_not_asked_yet_may_get_it() -> None:
    assert fix(hand(waits(BEN))).asked == (CLEO,)


def test_it_is_left_to_nobody_whose_word_would_not_count() -> None:
    with pytest.raises(NotAllowed, match="can't approve this"):
        hand(waits(BEN), CLEO, able=(BEN,))
    with pytest.raises(NotAllowed, match="can't approve this"):
        hand(waits(BEN), ANNA)
    with pytest.raises(Refused, match="You are asked already"):
        hand(waits(*BOTH), BEN)
    late = waits(BEN)
    joined = approver(CLEO, joined=late.now.replace(year=2030))
    with pytest.raises(NotAllowed, match="can't approve this"):
        review.hand_on(late.bug, approver(), 1, "d1", to=joined, able=BOTH, now=late.now, reason="knows it")


def test_what_takes_two_approvals_keeps_two_people() -> None:
    with pytest.raises(Refused, match="It takes 2 approvals"):
        hand(waits(*BOTH, approvals=2))


def test_who_has_approved_gets_nothing_more_to_approve() -> None:
    story = waits(*BOTH, approvals=2)
    story.then(approval.approve(story.bug, approver(CLEO), 1, "d1", story.now), CLEO)
    with pytest.raises(Refused, match="has approved it already"):
        hand(story)


def test_who_gave_five_wrong_codes_does_not_get_it() -> None:
    story = waits(*BOTH)
    for _ in range(approval.TRIES):
        story.then(approval.wrong_code(story.bug, CLEO, 1), CLEO)
    with pytest.raises(NotAllowed, match="can't approve this"):
        hand(story)


def test_it_is_left_with_a_reason_of_what_was_seen_and_in_time() -> None:
    with pytest.raises(Invalid, match="why they decide better"):
        hand(waits(*BOTH), why=" ")
    with pytest.raises(Refused, match="has changed since you saw it"):
        hand(waits(*BOTH), digest="another")
    story = waits(*BOTH)
    story.then(None, after=16)
    with pytest.raises(Refused, match="has lapsed"):
        hand(story)

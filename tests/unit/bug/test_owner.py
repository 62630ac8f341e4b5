"""Exactly one person owns a bug, and everybody else is told who."""

from dataclasses import replace

import pytest

from bot.bug.bug import Status
from bot.bug.course import ownership
from bot.bug.course.course import Dismissed
from bot.bug.course.ownership import Claimed, Estimated, Released, TakenOver
from bot.bug.errors import Refused
from bot.bug.fixes import asking
from bot.bug.fixes.run import FixStarted
from tests.unit.bug.story import ANNA, BEN, asked, claimed, confirmed, fixed, opened, ran, told


def test_the_first_claim_wins() -> None:
    story = opened()
    story.then(ownership.claim(story.bug, ANNA))
    assert (story.bug.status, story.bug.owner, story.bug.claimed_at) == (Status.CLAIMED, ANNA, story.now)


def test_a_second_claim_is_told_who_has_it_and_since_when() -> None:
    with pytest.raises(Refused, match=r"U0ANNA already has BUG-17, since 14:01 UTC.*Take over"):
        ownership.claim(claimed().bug, BEN)


def test_a_claim_of_an_adopted_bug_does_not_invent_a_time() -> None:
    bug = replace(claimed().bug, claimed_at=None)
    with pytest.raises(Refused, match="since a while ago"):
        ownership.claim(bug, BEN)


def test_claiming_twice_is_not_an_alarm() -> None:
    with pytest.raises(Refused, match="You already have BUG-17"):
        ownership.claim(claimed().bug, ANNA)


def test_a_dismissed_bug_is_not_claimed_but_reopened() -> None:
    story = opened().then(Dismissed(reason="a crawler"))
    with pytest.raises(Refused, match=r"dismissed: a crawler.*/bug reopen BUG-17"):
        ownership.claim(story.bug, ANNA)


def test_who_lets_go_leaves_it_to_everybody_without_an_estimate() -> None:
    story = claimed().then(Estimated(minutes=10))
    story.then(ownership.release(story.bug, ANNA))
    assert (story.bug.status, story.bug.owner, story.bug.estimate) == (Status.OPEN, None, None)


def test_only_the_owner_lets_go() -> None:
    with pytest.raises(Refused, match="Only U0ANNA can release BUG-17"):
        ownership.release(claimed().bug, BEN)
    with pytest.raises(Refused, match="Nobody has BUG-17"):
        ownership.release(opened().bug, BEN)


def test_what_is_fixed_is_handed_over_not_dropped() -> None:
    with pytest.raises(Refused, match="what is left needs an owner"):
        ownership.release(fixed().bug, ANNA)


def test_nobody_walks_away_from_a_running_fix() -> None:
    story = confirmed(asked(claimed()))
    assert isinstance(ownership.release(story.bug, ANNA), Released)
    running = story.then(FixStarted(run=1, deadline=story.now))
    with pytest.raises(Refused, match="delete-row menus 13 is running on production"):
        ownership.release(running.bug, ANNA)


def test_it_is_handed_over_with_what_is_owed() -> None:
    story = told(fixed())
    story.then(ownership.hand_over(story.bug, ANNA, BEN))
    assert story.bug.debt
    assert story.bug.owner == story.bug.debt.owner == BEN


def test_it_is_handed_over_by_its_owner_to_another() -> None:
    with pytest.raises(Refused, match="Only U0ANNA can hand over"):
        ownership.hand_over(claimed().bug, BEN, BEN)
    with pytest.raises(Refused, match="You already have BUG-17"):
        ownership.hand_over(claimed().bug, ANNA, ANNA)


def test_a_take_over_names_who_had_it() -> None:
    story = claimed()
    taken = ownership.take_over(story.bug, BEN)
    assert taken == TakenOver(owner=BEN, previous=ANNA)
    assert story.then(taken, BEN).bug.owner == BEN


def test_nobodys_bug_is_taken_over_by_a_claim() -> None:
    assert ownership.take_over(opened().bug, BEN) == Claimed(owner=BEN)


def test_nobody_takes_over_from_themselves_or_what_has_ended() -> None:
    with pytest.raises(Refused, match="You already have"):
        ownership.take_over(claimed().bug, ANNA)
    with pytest.raises(Refused, match="was dismissed"):
        ownership.take_over(claimed().then(Dismissed(reason="a crawler")).bug, BEN)


def test_an_estimate_claims_what_nobody_has() -> None:
    story = opened()
    story.then(ownership.estimate(story.bug, ANNA, 10))
    assert (story.bug.owner, story.bug.estimate) == (ANNA, 10)
    story.then(ownership.estimate(story.bug, ANNA, 25))
    assert (story.bug.estimate, story.kinds.count("claimed")) == (25, 1)


def test_an_estimate_is_the_owners_to_give() -> None:
    with pytest.raises(Refused, match="U0ANNA has BUG-17"):
        ownership.estimate(claimed().bug, BEN, 10)


@pytest.mark.parametrize("minutes", [0, -5, 7 * 24 * 60 + 1])
def test_an_estimate_is_of_this_week(minutes: int) -> None:
    with pytest.raises(Refused, match="between 1 minute and 7 days"):
        ownership.estimate(opened().bug, ANNA, minutes)


def test_working_on_a_bug_claims_it_and_somebody_elses_stays_theirs() -> None:
    story = opened()
    story.then(asking.ask(story.bug, BEN, "delete-row", {}, "bad row"), BEN)
    assert story.kinds[1:] == ["claimed", "fix_asked"]
    other = claimed()
    other.then(asking.ask(other.bug, BEN, "delete-row", {}, "bad row"), BEN)
    assert other.bug.owner == ANNA


def test_a_fix_that_ended_no_longer_holds_its_owner() -> None:
    story = ran(confirmed(asked(claimed())))
    assert isinstance(ownership.release(story.bug, ANNA), Released)

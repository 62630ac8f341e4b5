"""From fixed to told to owed to paid, and what follows without anybody's doing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bug.bug import Status
from bot.bug.course import course
from bot.bug.course.course import Dismissed, Fixed
from bot.bug.course.news import Enriched, Opened
from bot.bug.customers.customers import CustomerJoined
from bot.bug.debt import debt
from bot.bug.errors import Refused
from bot.bug.fixes.asking import FixAsked
from bot.bug.fixes.run import FixStarted
from bot.bug.telling.messages import Delivered, Told
from bot.bug.values import CustomerHint
from tests.unit.bug.story import (
    ADA,
    ANNA,
    BEN,
    MONDAY,
    Story,
    asked,
    claimed,
    confirmed,
    fixed,
    opened,
    ran,
    told,
    waiting,
)


def test_a_quick_fix_that_everybody_knows_of_is_owed() -> None:
    story = told(fixed())
    assert story.kinds[-2:] == ["delivered", "owed"]
    assert story.bug.status is Status.OWED
    assert story.bug.debt
    assert story.bug.debt.owner == ANNA


def test_a_fix_that_nobody_waited_for_is_owed_at_once() -> None:
    story = claimed()
    story.then(course.fixed(story.bug, ANNA, "the row is gone"))
    assert story.kinds[-2:] == ["fixed", "owed"]
    assert story.bug.fixed_said == "the row is gone"


def test_saying_that_it_works_claims_what_nobody_has() -> None:
    story = opened()
    story.then(course.fixed(story.bug, BEN), BEN)
    assert story.kinds[1:] == ["claimed", "fixed", "owed"]
    assert story.bug.owner == BEN


def test_a_proper_fix_owes_nothing() -> None:
    story = ran(confirmed(asked(claimed(), proper=True)))
    story.then(course.fixed(story.bug, ANNA))
    assert story.bug.status is Status.CLOSED
    assert story.bug.closed_why == "fixed properly"


def test_a_proper_fix_that_was_undone_is_none() -> None:
    story = ran(confirmed(asked(claimed(), proper=True)))
    story.then(FixAsked(run=2, action="delete-row", params={}, reason="wrong row", undo_of=1))
    ran(story)
    story.then(course.fixed(story.bug, ANNA))
    assert story.bug.status is Status.OWED


def test_what_is_told_waits_until_the_word_has_arrived() -> None:
    story = fixed().then(Told(customers=("c1",), text="It works again."))
    assert story.kinds[-1] == "told"
    story.then(Delivered(message=story.bug.seq, customer="c1", state="handed_off"))
    assert story.kinds[-1] == "owed"


def test_a_fix_still_running_is_no_fix() -> None:
    story = confirmed(asked(claimed()))
    assert course.fixed(story.bug, ANNA)
    story.then(FixStarted(run=1, deadline=story.now))
    with pytest.raises(Refused, match="still running on production"):
        course.fixed(story.bug, ANNA)


def test_a_fix_of_which_nobody_knows_the_end_is_settled_first() -> None:
    story = ran(confirmed(asked(claimed())), "unknown")
    with pytest.raises(Refused, match="Nobody knows yet whether delete-row menus 13 happened"):
        course.fixed(story.bug, ANNA)


def test_fixed_twice_is_told_how_it_stands() -> None:
    with pytest.raises(Refused, match="BUG-17 is fixed already"):
        course.fixed(fixed().bug, BEN)


def test_a_bug_that_is_reopened_owes_nothing_until_it_is_fixed_again() -> None:
    story = told(fixed())
    story.then(course.reopened(story.bug, " it still answers 500 "))
    assert (story.bug.status, story.bug.fixed_at, story.bug.debt) == (Status.CLAIMED, None, None)


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_reopening_and_dismissing_say_why(reason: str) -> None:
    with pytest.raises(Refused, match=r"Say why.*`/bug reopen BUG-17"):
        course.reopened(fixed().bug, reason)
    with pytest.raises(Refused, match=r"Say why.*`/bug dismiss BUG-17"):
        course.dismissed(opened().bug, reason)


def test_what_is_no_bug_is_dismissed_and_can_come_back() -> None:
    story = opened()
    story.then(course.dismissed(story.bug, "a crawler"))
    assert (story.bug.status, story.bug.closed_why) == (Status.DISMISSED, "a crawler")
    assert story.then(course.reopened(story.bug, "it is not")).bug.status is Status.OPEN


def test_a_bug_with_a_waiting_customer_is_not_dismissed() -> None:
    with pytest.raises(Refused, match="Ada waits for an answer"):
        course.dismissed(waiting(opened()).bug, "a crawler")


def test_a_muted_bug_is_quiet_for_a_day() -> None:
    story = opened()
    assert story.then(course.muted(story.bug, story.now)).bug.muted_until == story.now + timedelta(days=1)


def test_the_other_bug_goes_on_with_the_count_and_everybody_who_waits() -> None:
    here, other = waiting(opened(2)), waiting(opened(17))
    waiting(other, CustomerHint(name="Bo", email="bo@example.com"))
    other.then(course.merged(other.bug, here.bug))
    assert (other.bug.status, other.bug.merged_into) == (Status.MERGED, 2)
    here.then(course.absorbed(here.bug, other.bug))
    assert here.bug.occurrences == 24
    assert [c.name for c in here.bug.customers] == ["Ada", "Bo"]


def test_who_comes_over_from_a_merged_bug_keeps_their_place_in_the_queue() -> None:
    here, other = waiting(opened(2)), waiting(opened(17), CustomerHint(name="Bo", email="bo@example.com"))
    other.then(CustomerJoined(customer="c2", hint=CustomerHint(name="Cy", email="cy@example.com"), via="bugsnag"))
    here.then(course.absorbed(here.bug, other.bug), after=30)
    assert here.customer("c2").since == MONDAY
    assert [c.name for c in here.bug.customers if c.said_at] == ["Ada", "Bo"]


def test_a_customer_after_a_merge_is_never_taken_for_another() -> None:
    here, other = waiting(opened(2)), waiting(waiting(opened(17)), CustomerHint(name="Bo", email="bo@example.com"))
    here.then(course.absorbed(here.bug, other.bug))
    waiting(here, CustomerHint(name="Cy", email="cy@example.com"))
    assert [c.name for c in here.bug.customers] == ["Ada", "Bo", "Cy"]
    assert len({c.id for c in here.bug.customers}) == 3


def test_customers_of_a_merged_bug_never_take_each_others_place() -> None:
    here, other = waiting(opened(2)), opened(17)
    for name in ("Bo", "Cy", "Di"):
        waiting(other, CustomerHint(name=name, id=name))
    here.then(course.absorbed(here.bug, other.bug))
    assert [(c.id, c.name) for c in here.bug.customers] == [("c1", "Ada"), ("c2", "Bo"), ("c3", "Cy"), ("c4", "Di")]


def reported_by_a_person() -> Story:
    return Story(2).then(Opened(source="", title="The menu page is white", admitted="somebody says so"), BEN)


def test_a_bug_that_a_person_told_of_learns_from_the_trackers_error_where_it_fails() -> None:
    here, other = reported_by_a_person(), opened(17)
    page = "https://shop.example.com/menus/13"
    other.then(Enriched(page=page, facts={"menu": "13"}, frames=("app/Menu.php:34 show",)))
    here.then(course.absorbed(here.bug, other.bug))
    assert here.kinds[1:] == ["absorbed", "enriched"]
    assert (here.bug.page, here.bug.facts, here.bug.frames) == (page, {"menu": "13"}, ("app/Menu.php:34 show",))
    assert (here.bug.source, here.bug.title) == ("bugsnag", "Menu page fails"), "called as the tracker calls it"
    assert here.bug.groups == ("bugsnag:g1",)


def test_the_errors_of_both_are_one_bugs_now_and_each_is_named_once() -> None:
    here, other = opened(2), opened(17)
    other.then(Enriched(source="sentry", group="9:1", page="https://shop.example.com/menus/13"))
    here.then(course.absorbed(here.bug, other.bug))
    assert here.kinds[1:] == ["absorbed", "enriched"]
    assert (here.bug.groups, here.bug.page) == (("bugsnag:g1", "sentry:9:1"), "")


@pytest.mark.parametrize("other", [reported_by_a_person, opened], ids=["by a person too", "another error"])
def test_what_is_known_of_an_error_is_not_taken_from_another(other: Callable[[], Story]) -> None:
    here = opened(3)
    here.then(course.absorbed(here.bug, other().bug))
    assert here.kinds[1:] == ["absorbed"]


def test_a_bug_is_not_merged_into_itself_or_into_what_has_ended() -> None:
    with pytest.raises(Refused, match="can't be merged into itself"):
        course.merged(opened().bug, opened().bug)
    with pytest.raises(Refused, match="BUG-2 was dismissed"):
        course.merged(opened().bug, opened(2).then(Dismissed(reason="a crawler")).bug)


def test_a_bug_with_a_fix_under_way_is_not_merged() -> None:
    with pytest.raises(Refused, match="delete-row menus 13 is under way on BUG-17"):
        course.merged(asked(claimed()).bug, opened(2).bug)


def test_paying_the_debt_closes_the_bug() -> None:
    story = told(fixed())
    story.then(debt.paid(story.bug, "PR 212"), BEN, after=60)
    assert (story.bug.status, story.bug.closed_why) == (Status.CLOSED, "PR 212")
    assert story.bug.debt
    assert (story.bug.debt.paid_at, story.bug.debt.how) == (story.now, "PR 212")


def test_a_debt_paid_before_everybody_knows_closes_with_the_tell() -> None:
    story = fixed()
    story.then(debt.paid(story.bug, "PR 212"))
    assert (story.bug.status, story.bug.closed_at) == (Status.FIXED, None)
    assert told(story).bug.status is Status.CLOSED


def test_nothing_is_paid_twice_or_before_it_is_fixed() -> None:
    story = fixed()
    story.then(debt.paid(story.bug, "PR 212"))
    with pytest.raises(Refused, match="is paid already"):
        debt.paid(story.bug, "PR 213")
    with pytest.raises(Refused, match="not fixed yet"):
        debt.paid(claimed().bug, "PR 212")


def test_a_paid_debt_without_a_word_says_that_it_is_fixed_properly() -> None:
    story = told(fixed())
    assert story.then(debt.paid(story.bug, "")).bug.closed_why == "fixed properly"


def test_a_bug_that_nobody_owns_is_owed_by_whoever_reported_it() -> None:
    story = opened().then(Fixed(how="probe", said="was 500, is 200"))
    assert story.bug.debt
    assert story.bug.debt.owner == "source:bugsnag"


def test_nothing_follows_while_somebody_waits_or_works() -> None:
    for story in (opened(), claimed(), fixed(), told(fixed())):
        assert course.consequences(story.bug, story.now) is None


def test_a_customer_who_was_only_named_holds_nothing_up() -> None:
    story = claimed().then(CustomerJoined(customer="c1", hint=CustomerHint(name="Ada"), via="bugsnag"))
    assert not story.customer().reachable
    assert story.then(course.fixed(story.bug, ANNA)).bug.status is Status.OWED


def test_somebody_who_is_hit_later_reopens_nothing() -> None:
    story = told(fixed()).then(CustomerJoined(customer="c2", hint=ADA, via="bugsnag"))
    assert story.bug.status is Status.OWED


@pytest.mark.parametrize(
    ("day", "due"),
    [(24, "Mon 01 Dec"), (28, "Fri 05 Dec"), (29, "Fri 05 Dec"), (30, "Fri 05 Dec")],
    ids=["monday", "friday", "saturday", "sunday"],
)
def test_five_working_days_skip_the_week_end(day: int, due: str) -> None:
    start = datetime(2025, 11, day, 14, 0, tzinfo=UTC)
    assert f"{debt.workdays_after(start, 5):%a %d %b}" == due


@given(minutes=st.integers(0, 600_000), days=st.integers(1, 30))
def test_a_debt_is_never_due_on_a_week_end(minutes: int, days: int) -> None:
    start = MONDAY + timedelta(minutes=minutes)
    due = debt.workdays_after(start, days)
    assert due.weekday() < 5
    assert due.timetz() == start.timetz()
    assert due - start >= timedelta(days=days)

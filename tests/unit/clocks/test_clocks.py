"""The clocks of a bug: who is reminded, when, of what, and when nobody is."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from bot.bug.bug import Bug
from bot.bug.clocks.clocks import Rules, due, next_at
from bot.bug.clocks.paging import Call
from bot.bug.clocks.reminders import Reminded, snooze
from bot.bug.course.ownership import Claimed, Released
from bot.bug.customers.customers import CustomerPresence
from bot.bug.debt.debt import Paid
from bot.bug.errors import Refused
from bot.bug.event import Event
from bot.bug.retro import lesson
from bot.bug.telling import messages
from bot.bug.values import CustomerHint
from tests.unit.bug.story import ANNA, SYSTEM, Story, claimed, fixed, opened, told, waiting

ALWAYS = Rules()


def online(story: Story, id_: str = "c1", *, there: bool = True) -> Story:
    return story.then(CustomerPresence(customer=id_, online=there), SYSTEM)


def after(story: Story, **span: float) -> datetime:
    return story.now + timedelta(**span)


def said(story: Story, at: datetime, rules: Rules = ALWAYS) -> list[str]:
    return [reminder.what for reminder in due(story.bug, at, rules)]


def reminded(story: Story, at: datetime, rules: Rules = ALWAYS) -> Story:
    """What is due is said, as the sink records it."""
    for reminder in due(story.bug, at, rules):
        story.then(Reminded(what=reminder.what, whom=reminder.whom, since=reminder.since), SYSTEM)
    return story


def test_a_customer_who_is_online_and_whom_nobody_serves_is_called_out_after_two_minutes() -> None:
    story = online(waiting(opened()))
    assert said(story, after(story, seconds=119)) == []
    assert said(story, after(story, minutes=2)) == ["unclaimed:1"]


def test_whoever_is_on_call_is_meant() -> None:
    story = online(waiting(opened()))
    (reminder,) = due(story.bug, after(story, minutes=2), Rules(on_call=("U0BEN",)))
    assert reminder.whom == ("U0BEN",)


def test_a_claim_ends_the_call() -> None:
    story = online(waiting(opened())).then(Claimed(owner=ANNA))
    assert "unclaimed:1" not in said(story, after(story, minutes=9))


def called(story: Story, at: datetime, rules: Rules = ALWAYS) -> list[str]:
    """Who is called outside of Slack: Anna after 5 minutes, Ben after 15."""
    calls = (Call(user="U0ANNA", after=5), Call(user="U0BEN", after=15))
    return [x.what for x in due(story.bug, at, rules, calls) if x.what.startswith("page:")]


def test_those_with_a_pager_are_called_one_after_the_other_while_a_customer_waits() -> None:
    story = waiting(opened())
    calls = (Call(user="U0ANNA", after=5),)
    assert next_at(story.bug, story.now, ALWAYS, calls) == after(story, minutes=5)
    assert called(story, after(story, minutes=4.9)) == []
    assert called(story, after(story, minutes=5)) == ["page:U0ANNA:1"]
    assert called(story, after(story, minutes=15)) == ["page:U0ANNA:1", "page:U0BEN:1"]


def test_a_pager_is_silent_where_nobody_waits_or_somebody_has_it() -> None:
    story = opened()
    assert called(story, after(story, minutes=20)) == []
    story = waiting(opened()).then(Claimed(owner=ANNA))
    assert called(story, after(story, minutes=20)) == []


def test_a_pager_calls_at_night_too_and_not_who_wants_quiet() -> None:
    story = waiting(opened())
    office = Rules(hours="09:00-09:01")
    assert called(story, after(story, minutes=5), office) == ["page:U0ANNA:1"]
    story.then(snooze(story.bug, story.now, 30))
    assert called(story, after(story, minutes=20)) == []


def test_a_pager_calls_each_once_for_one_time_without_an_owner_whoever_else_comes_to_wait() -> None:
    story = waiting(opened())
    at = after(story, minutes=5)
    for reminder in due(story.bug, at, ALWAYS, (Call(user="U0ANNA", after=5),)):
        story.then(Reminded(what=reminder.what, whom=reminder.whom, since=reminder.since), SYSTEM)
    online(waiting(story, CustomerHint(name="Bo", email="bo@example.com")), "c2")
    assert called(story, after(story, minutes=10)) == []
    story.then(Claimed(owner=ANNA), after=60).then(Released(), after=60)
    assert called(story, after(story, minutes=5)) == ["page:U0ANNA:1"]


def test_nothing_is_said_twice() -> None:
    story = online(waiting(opened()))
    at = after(story, minutes=2)
    reminded(story, at)
    assert said(story, at) == []
    assert said(story, at + timedelta(minutes=3)) == ["unclaimed:2"]


def test_who_comes_late_hears_the_last_round_only() -> None:
    story = online(waiting(opened()))
    at = after(story, minutes=16)
    assert said(story, at) == ["unclaimed:3"]
    assert said(reminded(story, at), at) == []


def test_a_bug_that_is_let_go_calls_again_from_the_beginning() -> None:
    story = online(waiting(opened()))
    reminded(story, after(story, minutes=2)).then(Claimed(owner=ANNA)).then(Released(), after=1)
    assert said(story, after(story, minutes=1)) == []
    assert said(story, after(story, minutes=2)) == ["unclaimed:1"]


def test_a_customer_who_is_not_there_calls_nobody() -> None:
    story = waiting(opened())
    assert said(story, after(story, minutes=5)) == []


def test_an_owner_who_says_nothing_for_ten_minutes_is_reminded() -> None:
    story = waiting(claimed())
    (reminder,) = due(story.bug, after(story, minutes=10), ALWAYS)
    assert (reminder.what, reminder.whom) == ("silent:1", (ANNA,))


def test_a_first_answer_stops_that_clock_and_starts_that_of_its_promise() -> None:
    story = waiting(claimed())
    promised = after(story, minutes=15)
    story.then(messages.answer(story.bug, ("c1",), "We look.", promised))
    assert said(story, after(story, minutes=11)) == []
    assert said(story, promised - timedelta(minutes=3)) == ["promise:1"]
    assert said(story, promised) == ["promise:2"]


def test_a_promise_for_in_a_moment_is_reminded_of_when_it_is_over() -> None:
    story = waiting(claimed())
    promised = after(story, minutes=4)
    story.then(messages.answer(story.bug, ("c1",), "In a moment.", promised))
    assert said(story, promised - timedelta(minutes=2)) == []
    assert said(story, promised) == ["promise:2"]


def test_ten_minutes_before_the_sixty_seventh_the_owner_hears_of_it() -> None:
    story = waiting(claimed())
    story.then(messages.answer(story.bug, ("c1",), "We look."))
    assert said(story, after(story, minutes=56)) == []
    assert said(story, after(story, minutes=57)) == ["waiting:c1:1"]


def test_a_customer_who_leaves_without_an_answer_is_named() -> None:
    story = online(waiting(claimed()))
    online(story, there=False)
    assert said(story, story.now) == ["gone:c1:1"]


def test_a_customer_who_leaves_with_an_answer_is_not() -> None:
    story = online(waiting(claimed()))
    story.then(messages.answer(story.bug, ("c1",), "We look."))
    online(story, there=False)
    assert said(story, story.now) == []


def test_who_was_told_starts_no_clock_any_more() -> None:
    story = told(fixed())
    assert said(story, after(story, hours=3)) == []


def test_a_debt_is_remembered_the_day_before_when_it_is_due_and_when_it_is_late() -> None:
    story = told(fixed())
    debt = story.bug.debt
    assert debt
    # the day before is a Sunday: that reminder waits until the office opens
    days = {-2: [], -1: [], -0.2: ["debt:1"], 0: ["debt:2"], 1: ["debt:3"], 8: ["debt:5"]}
    assert {d: said(story, debt.due + timedelta(days=d)) for d in days} == days


@pytest.mark.parametrize("rules", [Rules(), Rules(hours="08:00-19:00", zone="Asia/Tokyo", days=("tue", "wed"))])
def test_a_debt_is_remembered_for_years_more_and_more_rarely_and_only_in_office_hours(rules: Rules) -> None:
    """By a clock of its own: each time that `next_at` names is lived through, for three years."""
    story, told_at = told(fixed()), list[datetime]()
    end = story.now + timedelta(days=3 * 365)
    while story.now < end:
        coming = next_at(story.bug, story.now, rules)
        assert coming
        story.now = coming
        if any(what.startswith("debt") for what in said(story, coming, rules)):
            told_at.append(coming.astimezone(ZoneInfo(rules.zone)))
        reminded(story, coming, rules)
    gaps = [(after - before).days for before, after in pairwise(told_at)]
    assert len(told_at) > 3 * 365 / 28
    assert max(gaps) <= 28 + 6
    assert gaps[-1] >= 28 - 6
    opens, closes = (time(8), time(19)) if rules.hours else (time(9), time(17))
    assert {x.strftime("%a").lower() for x in told_at} <= set(rules.days)
    assert all(opens <= x.time() < closes for x in told_at)


def test_who_asked_to_be_reminded_of_a_debt_tomorrow_is() -> None:
    story = told(fixed())
    assert story.bug.debt
    for day in (1, 2, 3):  # again and again, though the next round would be far away
        story.now = story.bug.debt.due + timedelta(days=60 + day)
        reminded(story, story.now)
        story.then(snooze(story.bug, story.now, 24 * 60))
        assert said(story, story.now + timedelta(hours=23)) == []
        assert said(story, story.now + timedelta(hours=72))[-1] == "debt_again:1"


def test_quiet_that_ends_long_before_a_debt_is_due_reminds_of_nothing() -> None:
    story = told(fixed())
    story.then(snooze(story.bug, story.now, 30))
    assert said(story, story.now + timedelta(hours=2)) == []


def test_a_paid_debt_is_forgotten() -> None:
    story = told(fixed())
    story.then(Paid(how="PR 212"))
    assert not any(what.startswith("debt") for what in said(story, after(story, hours=24 * 30)))


def test_how_it_got_into_production_is_asked_twice_at_most() -> None:
    story = told(fixed()).then(Paid(how="PR 212"))
    assert next_at(story.bug, story.now, ALWAYS) == after(story, minutes=10)
    reminded(story, after(story, minutes=10))
    reminded(story, after(story, hours=24))
    assert [x.event.what for x in story.facts if isinstance(x.event, Reminded)] == ["lesson:1", "lesson:2"]
    assert (said(story, after(story, hours=24 * 30)), next_at(story.bug, after(story, hours=25), ALWAYS)) == ([], None)


@pytest.mark.parametrize("settles", [lesson.write, lambda bug, _text: lesson.skip(bug)])
def test_one_line_or_skip_ends_the_question(settles: Callable[[Bug, str], Event]) -> None:
    story = told(fixed()).then(Paid(how="PR 212"))
    story.then(settles(story.bug, "nobody tests menus without a crud"))
    assert next_at(story.bug, story.now, ALWAYS) is None


def test_after_a_snooze_the_same_reminder_comes_once_it_is_over() -> None:
    story = waiting(claimed())
    story.then(snooze(story.bug, story.now, 30))
    assert said(story, after(story, minutes=29)) == []
    assert said(story, after(story, minutes=30)) == ["silent:2"]


@pytest.mark.parametrize("minutes", [0, 60 * 24 * 8])
def test_a_snooze_of_no_time_or_of_weeks_is_refused(minutes: int) -> None:
    with pytest.raises(Refused, match="/bug snooze"):
        snooze(opened().bug, opened().now, minutes)


def test_outside_office_hours_reminders_wait_for_the_door_to_open() -> None:
    office = Rules(hours="08:00-14:05", zone="UTC")
    story = waiting(claimed())  # Monday, 14:01
    assert said(story, after(story, hours=2), office) == []
    assert said(story, datetime(2025, 11, 25, 8, 0, tzinfo=UTC), office) == ["silent:2", "waiting:c1:1"]


def test_on_a_friday_evening_they_wait_for_monday() -> None:
    office = Rules(hours="08:00-19:00", zone="Europe/Berlin")
    friday = datetime(2025, 11, 28, 20, 0, tzinfo=UTC)
    assert office.open_from(friday) == datetime(2025, 12, 1, 7, 0, tzinfo=UTC)


def test_while_the_office_is_open_they_come_at_once() -> None:
    office = Rules(hours="08:00-19:00", zone="Europe/Berlin")
    noon = datetime(2025, 11, 28, 11, 0, tzinfo=UTC)
    assert office.open_from(noon) == noon


@pytest.mark.parametrize(
    "wrong",
    [{"hours": "19:00-08:00"}, {"hours": "all day"}, {"zone": "Middle/Earth"}, {"hours": "08:00-19:00", "days": []}],
)
def test_office_hours_that_make_no_sense_are_refused_with_what_to_write(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"write|name"):
        Rules.model_validate(wrong)


def test_the_next_look_is_at_the_next_moment_something_can_be_due() -> None:
    story = waiting(claimed())
    assert next_at(story.bug, story.now, ALWAYS) == after(story, minutes=10)


def test_a_bug_without_customers_runs_no_clock() -> None:
    assert next_at(claimed().bug, claimed().now, ALWAYS) is None

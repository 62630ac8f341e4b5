"""A month of bugs: what it came to, what was given, and the accountant's lines."""

from random import Random

import pytest

from bot.bug.bug import Bug
from bot.bug.course.course import CameBack, Dismissed, Fixed
from bot.bug.course.ownership import Claimed
from bot.bug.errors import Invalid
from bot.bug.event import allowed
from bot.bug.gifts.gifts import NotGranted
from bot.bug.money import Credit, Days, Grant, Money, Upgrade
from bot.bug.permissions.seen import see_all
from bot.bug.retro.model import Retro
from bot.bug.retro.span import ALWAYS, Span, month, month_of, week, week_of
from bot.bug.retro.story import fold
from bot.bug.retro.summary import sum_up
from bot.bug.retro.tally import COUNTED, tally
from bot.bug.telling.messages import Told
from bot.slack.views.retro.chapters import money
from tests.golden import goldens
from tests.unit.bug.story import ANNA, BEN, MONDAY, SYSTEM, Story, asked, claimed, confirmed, fixed, opened, ran
from tests.unit.bug.telling import EURO5, FIVE_DAYS, given, minutes, paid, undone

DOLLARS = Credit(money=Money(amount=1250, currency="USD"))
UPGRADE = Upgrade(plan="premium", until=MONDAY)


def gave(*grants: Grant) -> Retro:
    return fold(given(fixed(), *grants).facts)


def test_a_month_without_bugs_is_a_good_one() -> None:
    quiet = sum_up([], month("2025-11"))
    assert (quiet.bugs, quiet.given, quiet.bookings, quiet.times.tell) == (0, (), (), None)


def test_bugs_customers_and_debts_are_counted() -> None:
    dismissed = opened().then(Dismissed(reason="a crawler"))
    back = fixed().then(CameBack(occurrences=13))
    came_to = sum_up([fold(x.facts) for x in (minutes(), paid(), dismissed, back)], month("2025-11"))
    assert (came_to.bugs, came_to.dismissed, came_to.came_back, came_to.told, came_to.owed) == (4, 1, 1, 2, 1)


def test_what_nobody_else_has_seen_stands_in_the_month_in_which_it_was_done() -> None:
    alone, seen = ran(confirmed(asked(claimed()))), ran(confirmed(asked(claimed())))
    seen.then(see_all(seen.bug, BEN), BEN)
    bugs = [alone.bug, seen.bug]
    (left,) = sum_up([], month("2025-11"), bugs).unseen
    assert (left.bug, left.by, left.what) == ("BUG-17", ANNA, "delete-row menus 13")
    assert sum_up([], month("2025-12"), bugs).unseen == ()


def test_times_are_medians_of_those_bugs_that_have_them() -> None:
    slow = claimed().then(Fixed(how="word"), after=59)
    came_to = sum_up([fold(x.facts) for x in (minutes(), minutes(), slow, opened())])
    assert (came_to.times.claim, came_to.times.fix, came_to.times.tell) == (60, 300, 360)


def test_what_was_given_is_summed_by_kind_and_currency() -> None:
    came_to = sum_up([gave(EURO5, FIVE_DAYS), gave(EURO5, UPGRADE), gave(DOLLARS)])
    assert [(x.kind, x.currency, x.count, x.amount) for x in came_to.given] == [
        ("credit", "EUR", 2, 1000),
        ("credit", "USD", 1, 1250),
        ("days", "", 1, 5),
        ("upgrade", "", 1, 1),
    ]


def test_days_that_were_booked_as_credit_cost_money_and_are_counted_as_days() -> None:
    credited = Days(days=3, until=MONDAY, money=Money(amount=290, currency="EUR"))
    came_to = sum_up([gave(EURO5, credited), gave(FIVE_DAYS), gave(DOLLARS, UPGRADE)])
    assert list(map(str, came_to.cost)) == ["€7.90", "$12.50"]
    assert sum(b.amount for b in came_to.bookings if b.amount and b.currency == "EUR") == 790
    assert [(x.kind, x.amount) for x in came_to.given if x.kind == "days"] == [("days", 8)]
    assert money(gave(EURO5, credited).gifts) == "€7.90 credit"


def test_what_was_taken_back_is_a_line_of_its_own_and_off_the_sum() -> None:
    came_to = sum_up([fold(undone(minutes(), 60).facts)])
    assert [(b.kind, b.amount, b.currency, b.state) for b in came_to.bookings] == [
        ("credit", 500, "EUR", "granted"),
        ("days", None, "", "granted"),
        ("credit", -500, "EUR", "undone"),
    ]
    assert came_to.given[0].amount == 0


def test_a_month_that_is_over_does_not_change_when_something_is_taken_back_later() -> None:
    before, after = fold(minutes().facts), fold(undone(minutes(), 60 * 24 * 10).facts)
    assert sum_up([before], month("2025-11")) == sum_up([after], month("2025-11"))
    december = sum_up([after], month("2025-12"))
    assert december.bugs == 0
    assert [(b.bug, b.amount, f"{b.at:%Y-%m}") for b in december.bookings] == [("BUG-17", -500, "2025-12")]


def test_what_is_in_doubt_is_listed_and_not_counted() -> None:
    story = fixed().then(Told(customers=("c1",), text="It works.", grants=(EURO5,)))
    doubt = NotGranted(tell=story.bug.seq, customer="c1", grant=EURO5, why="cut off", doubtful=True)
    came_to = sum_up([fold(story.then(doubt, SYSTEM).facts)])
    assert [(b.state, b.amount, b.customer) for b in came_to.bookings] == [("doubtful", 500, "c1")]
    assert came_to.given == ()


def test_an_action_that_is_needed_again_and_again_stands_out() -> None:
    def with_fix(number: int, state: str = "succeeded") -> Retro:
        story = opened(number).then(Claimed(owner="U0ANNA"))
        return fold(ran(confirmed(asked(story)), state).facts)

    twice = ran(confirmed(asked(ran(confirmed(asked(claimed()))))))
    came_to = sum_up([with_fix(3), with_fix(4, "failed"), fold(twice.facts)])
    assert [(x.action, x.times, x.bugs) for x in came_to.again] == [("delete-row", 3, (3, 17))]
    assert sum_up([with_fix(3)]).again == ()


@pytest.mark.parametrize(
    ("of", "bugs"), [(ALWAYS, 1), (month("2025-11"), 1), (week("2025-W48"), 1), (week("2025-W47"), 0)], ids=str
)
def test_any_week_or_month_can_be_asked_for(of: Span, bugs: int) -> None:
    assert sum_up([fold(minutes().facts)], of).bugs == bugs


def test_how_soon_customers_knew_is_counted() -> None:
    came_to = sum_up([fold(minutes().facts), fold(paid().facts)], week("2025-W48"))
    assert (came_to.told, came_to.told_in_5, came_to.told_in_67) == (2, 2, 2)


def test_nine_in_ten_were_as_fast_as_the_slower_figure() -> None:
    stories = [fold(opened().then(Claimed(owner=ANNA), after=after).facts) for after in range(1, 11)]
    came_to = sum_up(stories)
    assert (came_to.times.claim, came_to.slow.claim) == (330, 540)
    assert sum_up(stories[:1]).slow.claim == 60


def test_each_day_of_a_week_and_each_week_of_a_month_has_its_share() -> None:
    days = sum_up([fold(minutes().facts)], week("2025-W48")).shares
    assert [(day.name, day.bugs, day.told) for day in days[:2]] == [("Mon 24", 1, 1), ("Tue 25", 0, 0)]
    assert len(days) == 7
    weeks = sum_up([fold(minutes().facts)], month("2025-11")).shares
    assert [(one.name, one.bugs) for one in weeks] == [
        ("from 01 Nov", 0),
        ("from 03 Nov", 0),
        ("from 10 Nov", 0),
        ("from 17 Nov", 0),
        ("from 24 Nov", 1),
    ]
    assert sum(len(part.parts) for part in month("2025-11").parts) == 30


@pytest.mark.parametrize("said", ["2025-W60", "2025-W00", "w48", "", "2025-48", "9999-W52", "0001-W01", "２０２５-W48"])
def test_what_is_no_week_is_refused(said: str) -> None:
    with pytest.raises(Invalid, match="2026-W48"):
        week(said)


@pytest.mark.parametrize(
    "said", ["2025-13", "2026-1", "2026-11-22", "november", "", "9999-12", "0000-01", "２０２６-11"]
)
def test_what_is_no_month_is_refused(said: str) -> None:
    with pytest.raises(Invalid, match="2026-11"):
        month(said)


def test_the_week_and_the_month_of_a_day_are_known() -> None:
    assert (week_of(MONDAY).name, month_of(MONDAY).name) == ("2025-W48", "2025-11")


def walked(seed: int) -> Story:
    """A bug to which anything happens, in any order, as the golden examples say it."""
    dice, story = Random(seed), opened()  # noqa: S311 - a walk that can be repeated
    for _ in range(80):
        event = goldens.event(dice.choice(goldens.kinds()))
        if event.KIND not in {"opened", "merged"} and allowed(story.bug, type(event)):
            story.then(event, dice.choice((ANNA, BEN, SYSTEM)), after=dice.choice((0, 1, 40, 90)))
    return story


@pytest.mark.parametrize("seed", range(40))
def test_a_month_counts_by_few_entries_what_the_retro_counts_by_all_of_them(seed: int) -> None:
    story = walked(seed)
    few = [fact for fact in story.facts if type(fact.event) in COUNTED]
    assert len(few) < len(story.facts)
    assert sum_up([tally(few, story.bug)], month("2025-11")) == sum_up([fold(story.facts)], month("2025-11"))


def test_a_bug_that_never_opened_belongs_to_no_month() -> None:
    assert sum_up([tally((), Bug(ref=opened().bug.ref))], month("2025-11")).bugs == 0


@pytest.mark.parametrize("story", [minutes(), paid(), undone(minutes()), given(fixed(), EURO5, UPGRADE)])
def test_the_same_holds_for_stories_that_happen(story: Story) -> None:
    few = [fact for fact in story.facts if type(fact.event) in COUNTED]
    assert sum_up([tally(few, story.bug)], month("2025-11")) == sum_up([fold(story.facts)], month("2025-11"))

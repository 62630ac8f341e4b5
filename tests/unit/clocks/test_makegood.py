"""How much may be given, what the form proposes, and what a promotion code looks like to a customer."""

from datetime import timedelta

import pytest
from pydantic import TypeAdapter

from bot.bug.bug import Bug
from bot.bug.course.course import Fixed
from bot.bug.customers.customer import Customer, Given, Message
from bot.bug.customers.customers import AccountSeen, CustomerJoined, CustomerWrote
from bot.bug.gifts.caps import Caps, claims
from bot.bug.gifts.gifts import Granted, GrantUndone, NotGranted
from bot.bug.gifts.proposal import exact, lost_days, reason, unusable, upgrades
from bot.bug.money import Credit, Days, Grant, Money, Receipt, Terms, Upgrade
from bot.bug.telling.gift_texts import GiftTexts, letter
from bot.bug.telling.messages import Told
from bot.bug.values import BugRef, CustomerHint
from tests.unit.bug.story import ANNA, MONDAY, SYSTEM, Story, claimed, told, waiting

FIVE = Credit(money=Money(amount=500, currency="EUR"))
WEEK = Days(days=7, until=MONDAY + timedelta(days=7))
PRO = Upgrade(plan="pro", until=MONDAY + timedelta(days=30))
CAPS = Caps(per_day={"EUR": 2000, "upgrades": 1}, per_month={"EUR": 50000, "days": 60})


def test_a_tell_takes_of_each_cap_once_for_each_customer_and_is_held_to_those_that_are_named() -> None:
    taken = {claim.cap: (claim.amount, claim.limit) for claim in claims((FIVE, WEEK, PRO), 3, ANNA, MONDAY, CAPS)}
    assert taken == {
        "day:2025-11-24:U0ANNA:EUR": (1500, 2000),
        "day:2025-11-24:U0ANNA:days": (21, None),
        "day:2025-11-24:U0ANNA:upgrades": (3, 1),
        "month:2025-11:EUR": (1500, 50000),
        "month:2025-11:days": (21, 60),
        "month:2025-11:upgrades": (3, None),
    }


def test_a_cap_reads_as_people_say_it() -> None:
    words = [claim.words for claim in claims((FIVE, WEEK, PRO), 1, ANNA, MONDAY, CAPS) if claim.words]
    assert words == ["€20 a day and person", "1 upgrade a day and person", "€500 a month", "60 days a month"]


def test_where_there_is_no_cap_it_is_counted_for_one_that_is_set_later() -> None:
    assert [(claim.cap, claim.limit) for claim in claims((FIVE,), 1, ANNA, MONDAY)] == [
        ("day:2025-11-24:U0ANNA:EUR", None),
        ("month:2025-11:EUR", None),
    ]


@pytest.mark.parametrize("wrong", [{"euro": 5}, {"EUR": -1}])
def test_a_cap_of_no_currency_or_below_nothing_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"write as in|below 0"):
        Caps(per_day=wrong)


def lost(minutes: float) -> Story:
    return waiting(claimed()).then(Fixed(how="word"), after=minutes - 1)


def test_a_few_minutes_are_a_day_that_was_begun() -> None:
    story = lost(5)
    assert unusable(story.bug, story.now) == timedelta(minutes=5)
    assert (lost_days(story.bug, story.now), reason(story.bug, story.now)) == (1, "unusable for 5 min: 1 day")


def test_of_two_days_and_a_bit_three_are_lost_and_never_more_than_thirty() -> None:
    assert lost_days((story := lost(60 * 24 * 2 + 5)).bug, story.now) == 3
    assert lost_days((story := lost(60 * 24 * 90)).bug, story.now) == 30


def test_of_a_bug_that_nobody_saw_begin_no_reason_is_given() -> None:
    assert reason(Bug(ref=BugRef(team="T0", number=1)), MONDAY) == ""


def test_who_pays_sees_what_the_days_are_worth() -> None:
    story = lost(60 * 24 * 2 + 5)
    story.then(AccountSeen(customer="c1", plan="pro", currency="EUR", monthly=3000), SYSTEM)
    assert reason(story.bug, story.now) == "unusable for 2 days: 3 days, worth €3"


def test_a_mail_that_was_written_before_the_first_error_begins_the_window() -> None:
    story = claimed()
    early = MONDAY - timedelta(hours=3)
    story.then(CustomerJoined(customer="c1", hint=CustomerHint(email="ada@example.com"), via="mail"), SYSTEM)
    story.then(CustomerWrote(customer="c1", text="It fails", at=early), SYSTEM)
    assert unusable(story.bug, story.now) == story.now - early


def granted(story: Story, grant: Grant, **before: str) -> Story:
    seq = max(fact.seq for fact in story.facts if isinstance(fact.event, Told))
    receipt = Receipt(key="k", grant=grant, account="cus_1", external_ids=("x",), before=before)
    return story.then(Granted(tell=seq, customer="c1", grant=grant, receipt=receipt), SYSTEM)


def test_an_upgrade_that_is_booked_has_an_end() -> None:
    story = granted(told(lost(5), grants=(PRO,)), PRO)
    assert [until for *_, until in upgrades(story.bug)] == [PRO.until]


def test_an_upgrade_that_went_back_has_none() -> None:
    story = granted(told(lost(5), grants=(PRO,)), PRO)
    story.then(GrantUndone(granted=story.bug.seq, ended=True), SYSTEM)
    assert upgrades(story.bug) == ()
    assert [g.state for g in story.customer().given] == ["ended"]


def test_a_promotion_code_stands_under_the_words() -> None:
    given = Given(tell=4, grant=PRO, state="granted", code="SORRY-123")
    customer = Customer(id="c1", hint=CustomerHint(), via="chat", since=MONDAY, given=(given,))
    message = Message(seq=4, kind="told", text="It works again.", at=MONDAY, by=ANNA)
    assert letter(customer, message) == "It works again.\n\nYour code: SORRY-123"


def test_the_code_of_a_booked_upgrade_is_kept_with_it() -> None:
    story = granted(told(lost(5), grants=(PRO,)), PRO, code="SORRY-9")
    assert story.customer().given[0].code == "SORRY-9"


def pays(**terms: object) -> Customer:
    """Somebody with such terms, in euros."""
    known = {"id": "c1", "hint": CustomerHint(), "via": "chat", "since": MONDAY, "currency": "EUR"}
    return TypeAdapter(Customer).validate_python({**known, "terms": Terms.model_validate(terms)})


def test_days_follow_upon_those_that_are_paid_already() -> None:
    paid = MONDAY + timedelta(days=20)
    assert exact(WEEK, pays(ends=paid)) == Days(days=7, until=paid + timedelta(days=7))


def test_days_of_a_period_that_is_over_begin_now() -> None:
    assert exact(WEEK, pays(ends=MONDAY - timedelta(days=3))) == WEEK


def test_days_that_are_credited_are_so_much_money_and_say_so() -> None:
    customer = pays(days="credit", price=900, length=30, ends=MONDAY + timedelta(days=20))
    given = exact(WEEK, customer)
    assert given == Days(days=7, until=WEEK.until, money=Money(amount=210, currency="EUR"))
    assert GiftTexts().thanks(given, customer) == "We give you 7 days free: your next invoice is €2.10 lower."


@pytest.mark.parametrize(
    ("grant", "terms", "said"),
    [
        (FIVE, "period", "We have put €5 on your account: your next invoice is lower by that."),
        (WEEK, "period", "Your subscription runs 7 days longer, until 1 December 2025."),
        (WEEK, "trial", "You can try everything for 7 days, until 1 December 2025."),
        (PRO, "period", "You have the plan pro until 24 December 2025."),
        (PRO, "trial", "With the code {code} you get the plan pro; it is good until 24 December 2025."),
    ],
)
def test_each_makegood_is_said_in_the_customers_words(grant: Grant, terms: str, said: str) -> None:
    assert GiftTexts().thanks(grant, pays(days=terms)) == said


def test_only_what_is_booked_is_mentioned() -> None:
    story = told(lost(5), grants=())
    story.then(Told(customers=("c1",), text="It works.", grants=(FIVE, WEEK), thanks=("Five euros.", "A week.")))
    story.then(NotGranted(tell=story.bug.seq, customer="c1", grant=WEEK, why="no"), SYSTEM)
    granted(story, FIVE)
    customer = story.customer()
    assert letter(customer, customer.messages[-1]) == "It works.\n\nFive euros."


@pytest.mark.parametrize("wrong", ["{euro}", "{", "{0}"])
def test_a_sentence_with_a_place_for_nothing_known_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"credit may hold \{money\}"):
        GiftTexts(credit=wrong)

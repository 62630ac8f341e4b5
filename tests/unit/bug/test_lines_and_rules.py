"""Smaller rules of several chapters, and what people read where a name, a plan or an undo is missing."""

from dataclasses import replace
from datetime import UTC, datetime

import iso4217
import pytest
from pydantic import ValidationError

from bot.bug.bug import Bug
from bot.bug.course import delivery
from bot.bug.course.delivery import RetryAsked
from bot.bug.customers.customer import Customer, Message
from bot.bug.customers.customers import CustomerJoined
from bot.bug.errors import Refused
from bot.bug.fixes import rules
from bot.bug.fixes.asking import FixPreviewed
from bot.bug.gifts.caps import Caps, default_caps
from bot.bug.money import Days, Money, amount, described, minor_digits
from bot.bug.telling.messages import only_hit, waiting
from bot.bug.values import BugRef, CustomerHint
from bot.bug.words import plain
from bot.settings.settings import Settings
from tests.golden import goldens
from tests.unit.bug.story import ADA, ANNA, asked, claimed, opened
from tests.unit.bug.story import waiting as one_waits

UNTIL = datetime(2026, 3, 3, tzinfo=UTC)


def test_what_gave_up_tries_again_each_once() -> None:
    ref = BugRef(team="T1", number=1)
    assert delivery.retry(Bug(ref=ref, gave_up=("card", "board", "card"))) == (
        RetryAsked(sink="card"),
        RetryAsked(sink="board"),
    )
    with pytest.raises(Refused, match="Nothing has given up"):
        delivery.retry(Bug(ref=ref))


def test_who_wrote_waits_and_who_was_only_hit_is_counted_apart() -> None:
    at = datetime(2025, 11, 24, 14, 0, tzinfo=UTC)
    hit = Customer(id="c3", hint=ADA, via="chatwoot", since=at, source="chatwoot", conversation="7")
    wrote = replace(hit, id="c1", said_at=at)
    heard = Message(seq=3, kind="answered", text="We look.", at=at, by=ANNA)
    answered = replace(wrote, id="c2", messages=(heard,))
    bug = Bug(ref=BugRef(team="T1", number=1), customers=(wrote, answered, hit))
    assert waiting(bug) == ("c1",)
    assert waiting(bug, again=True) == ("c1", "c2")
    assert only_hit(bug) == (hit,)


def test_somebody_else_in_a_conversation_is_said_to_be_somebody_else() -> None:
    bug = one_waits(opened()).bug
    joined = CustomerJoined(customer="c2", hint=CustomerHint(name="Ben"), via="chatwoot", beside=bug.customers[0].id)
    said = joined.line(bug, ANNA)
    assert said
    assert "Ben answered in the conversation of Ada: somebody else" in plain(said.parts)
    unknown = CustomerJoined(customer="c2", hint=CustomerHint(), via="chatwoot", beside="c9").line(bug, ANNA)
    assert unknown
    assert "a customer" in plain(unknown.parts)


def test_a_preview_says_whether_it_can_be_undone() -> None:
    event = goldens.event("fix_previewed")
    assert isinstance(event, FixPreviewed)
    for undoable, said in ((True, "can be undone"), (False, "cannot be undone: no way back")):
        preview = event.model_copy(update={"undoable": undoable, "undo_note": "no way back"})
        assert said in plain(preview.line(claimed().bug, ANNA).parts)


def test_a_fix_is_named_and_one_that_is_not_known_has_its_number() -> None:
    bug = asked(claimed()).bug
    assert plain(rules.named(bug, 1)) == bug.fixes[0].name
    assert plain(rules.named(bug, 9)) == "fix 9"


def test_days_without_a_price_end_at_a_date() -> None:
    days = Days(days=3, until=UNTIL)
    assert plain(amount(days)) == "3 days (until Tue 03 Mar)"
    assert "2026-03-03" in described(days)


def test_days_with_a_price_are_the_credit_that_they_are() -> None:
    days = Days(days=3, until=UNTIL, money=Money(amount=150, currency="EUR"))
    assert plain(amount(days)) == f"3 days ({days.money} credit)"
    assert described(days) == f"3 days as {days.money} credit"


def test_the_decimals_of_a_currency_are_its_own() -> None:
    codes = ("EUR", "USD", "GBP", "CHF", "JPY", "KWD")
    assert [minor_digits(code) for code in codes] == [iso4217.Currency(code).exponent for code in codes]
    assert minor_digits("KWD") == 3
    with pytest.raises(ValueError, match='"XYZ" is no currency'):
        minor_digits("XYZ")


def test_a_team_that_set_no_caps_has_safe_ones() -> None:
    caps = default_caps("EUR", 5000)
    assert caps.per_day == {"EUR": 20000, "days": 60, "upgrades": 5}


def test_what_may_be_given_is_told_as_money_is_read() -> None:
    """Who reads "EUR 20000" at night takes minor units for euros."""
    caps = {"per_day": {"EUR": 20000, "days": 1}, "per_month": {"upgrades": 5}}
    settings = Settings.model_validate({"slack": {"error_channels": ["C1"]}, "makegood": caps})
    assert settings.told()["makegood"] == "€200 per day, 1 day per day, 5 upgrades per month"


def test_a_cap_in_a_currency_that_there_is_not_is_no_setting() -> None:
    with pytest.raises(ValidationError, match='"XYZ" is no currency; write as in'):
        Caps(per_day={"XYZ": 5000})

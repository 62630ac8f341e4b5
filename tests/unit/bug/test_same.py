"""Two bugs that may be one: somebody told of it, and then the tracker reports an error."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.bug.arriving import same
from bot.bug.bug import Bug
from bot.bug.clocks.reminders import Reminded
from bot.bug.course.conversation import Said
from bot.bug.course.news import CardPosted, Enriched, Opened, Repeated, Resembles
from bot.bug.course.ownership import Claimed
from bot.bug.customers.customers import CustomerJoined, CustomerWrote
from bot.bug.event import Event
from bot.bug.values import CustomerHint
from tests.unit.bug.story import ADA, ANNA, BEN, BUGSNAG, Story, opened, waiting

BO = CustomerHint(name="Bo", email="bo@example.com")
PAGE = "https://shop.example.com/menus/13/"


def told_of(number: int, hint: CustomerHint = ADA, **more: object) -> Bug:
    """A bug that was made of a customer's message."""
    first = Opened.model_validate({"source": "", "title": "It does not work", "admitted": "a customer waits"} | more)
    return waiting(Story(number).then(first, BEN), hint).bug


def reported(page: str = "", *hit: CustomerHint) -> Bug:
    """The tracker's error, with whom it hit."""
    story = opened().then(Enriched(page=page), BUGSNAG)
    for n, hint in enumerate(hit, 1):
        story.then(CustomerJoined(customer=f"c{n}", hint=hint, via="bugsnag"), BUGSNAG)
    return story.bug


def alike(bug: Bug, *others: Bug) -> tuple[int, str] | None:
    found = same.alike(bug, others)
    return (found.bug, found.why) if found else None


# ---- by the customer


def test_an_error_of_somebody_who_told_of_it_resembles_what_they_told() -> None:
    assert alike(reported("", ADA), told_of(3, BO), told_of(2)) == (2, "customer")


def test_of_several_the_first_that_is_listed_is_meant_which_is_the_newest() -> None:
    assert alike(reported("", ADA), told_of(3), told_of(2)) == (3, "customer")


@pytest.mark.parametrize("hit", [BO, CustomerHint(name="Ada"), CustomerHint(id="42")], ids=["another", "name", "id"])
def test_only_an_address_says_who_somebody_is(hit: CustomerHint) -> None:
    assert alike(reported("", hit), told_of(2), told_of(3, CustomerHint(id="42", name="Ada"))) is None


def test_the_customer_says_more_than_the_page() -> None:
    on_page = told_of(3, BO, page=PAGE)
    assert alike(reported(PAGE, ADA), on_page, told_of(2)) == (2, "customer")


def test_a_bug_is_not_like_itself_nor_like_another_error_of_a_tracker() -> None:
    error = reported("", ADA)
    assert alike(error, error, waiting(opened(5)).bug) is None
    itself = told_of(2)
    assert alike(itself, itself) is None


# ---- by the page


@pytest.mark.parametrize(
    "told",
    [
        lambda: told_of(2, BO, page="https://www.example.com/menus/13"),
        lambda: told_of(2, BO, message="since noon /menus/13 is white"),
        lambda: said("on /menus/13 I get an error"),
    ],
    ids=["on it", "named in the message", "named by a customer"],
)
def test_what_was_told_of_the_page_on_which_it_fails_is_perhaps_the_same(told: Callable[[], Bug]) -> None:
    assert alike(reported(PAGE), told()) == (2, "page")


def said(text: str) -> Bug:
    story = Story(2).then(Opened(source="", title="It does not work", admitted="a customer waits"), BEN)
    waiting(story, BO)
    return story.then(CustomerWrote(customer="c1", text=text, at=story.now)).bug


@pytest.mark.parametrize("page", ["", "https://shop.example.com", "https://shop.example.com/menus/14"])
def test_another_page_the_front_page_or_none_says_nothing(page: str) -> None:
    assert alike(reported(page), told_of(2, BO, page=PAGE, message="it fails")) is None


@pytest.mark.parametrize(("hours", "found"), [(-2, (2, "page")), (2, (2, "page")), (-2.1, None), (2.1, None)])
def test_it_is_the_same_within_two_hours_whichever_came_first(hours: float, found: tuple[int, str] | None) -> None:
    told = told_of(2, BO, page=PAGE)
    assert told.last_at
    other = replace(told, last_at=told.last_at + timedelta(hours=hours))
    assert alike(reported(PAGE), other) == found
    assert alike(reported(PAGE), replace(other, last_at=None)) is None


# ---- how sure


def test_it_is_sure_where_the_customer_told_of_one_thing_only() -> None:
    error, resembles = reported("", ADA), Resembles(bug=2, why="customer")
    assert same.surely(error, resembles, [error, told_of(2), told_of(3, BO)])
    assert not same.surely(error, resembles, [told_of(2), told_of(3)])


def test_a_page_alone_is_never_sure() -> None:
    assert not same.surely(reported(PAGE, ADA), Resembles(bug=2, why="page"), [told_of(2, page=PAGE)])


# ---- what nobody has begun on


@pytest.mark.parametrize(
    ("event", "by_itself"),
    [
        (Repeated(deliveries=1, occurrences=2), True),
        (Reminded(what="unclaimed:1"), True),
        (Claimed(owner=ANNA), False),
        (Said(user=ANNA, ts="1.1", text="I look"), False),
        (CustomerWrote(customer="c1", text="Hello?", at=opened().now), False),
    ],
    ids=lambda x: getattr(x, "KIND", ""),
)
def test_a_bug_is_untouched_while_all_that_happened_came_by_itself(event: Event, *, by_itself: bool) -> None:
    story = opened().then(CardPosted(channel="C1", ts="1.1")).then(event)
    assert same.untouched(type(fact.event) for fact in story.facts) is by_itself

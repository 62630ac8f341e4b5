"""Which bug a customer's message belongs to, and what the trail learns from it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.bug.arriving.arrivals import Match, arrive, match
from bot.bug.customers.customers import CustomerFelt
from bot.bug.values import CustomerHint, Inbound
from tests.unit.bug.story import ADA, MONDAY, Story, fixed, opened, told, waiting

BO = CustomerHint(name="Bo", email="bo@example.com")
PAGE = "https://shop.example.com/menus/13/"


def inbound(**more: object) -> Inbound:
    known = {"source": "chatwoot", "conversation": "talk of Ada", "event": "m1", "customer": ADA, "text": "Hello?"}
    return Inbound.from_data(known | more)


def on_page(page: str = PAGE) -> Story:
    story = opened()
    story.bug = replace(story.bug, page=page)
    return story


def test_a_customer_of_one_bug_surely_writes_about_it() -> None:
    assert match(inbound(), [opened(3).bug, waiting(opened()).bug], MONDAY) == Match(sure=17)


def test_a_customer_of_two_bugs_is_asked_about() -> None:
    assert match(inbound(), [waiting(opened(3)).bug, waiting(opened()).bug], MONDAY) == Match(maybe=3)


@pytest.mark.parametrize(
    "said", [{"page": "https://www.example.com/menus/13"}, {"text": "on /menus/13 I get an error"}]
)
def test_somebody_who_names_the_page_of_a_bug_perhaps_means_it(said: dict[str, object]) -> None:
    assert match(inbound(customer=BO, conversation="9", **said), [on_page().bug], MONDAY) == Match(maybe=17)


@pytest.mark.parametrize("page", ["", "https://shop.example.com/", "https://[broken"])
def test_a_bug_of_no_page_or_of_the_front_page_means_nobody_half_an_hour_later(page: str) -> None:
    writes = inbound(customer=BO, conversation="9", page="https://shop.example.com/")
    assert match(writes, [on_page(page).bug], MONDAY + timedelta(minutes=30)) == Match()


def test_exactly_one_bug_of_the_last_quarter_of_an_hour_is_proposed() -> None:
    writes = inbound(customer=BO, conversation="9", text="It does not work")
    assert match(writes, [opened().bug], MONDAY + timedelta(minutes=14)) == Match(maybe=17)
    assert match(writes, [opened().bug], MONDAY + timedelta(minutes=16)) == Match()
    assert match(writes, [opened().bug, opened(3).bug], MONDAY) == Match()


def test_of_two_bugs_on_one_page_none_is_proposed_and_the_page_counts_before_the_moment() -> None:
    writes = inbound(customer=BO, conversation="9", page=PAGE)
    other = opened(3)
    other.bug = replace(other.bug, page=PAGE)
    assert match(writes, [on_page().bug, other.bug], MONDAY) == Match()
    assert match(writes, [on_page().bug, opened(3).bug], MONDAY) == Match(maybe=17)


def test_an_error_of_yesterday_is_not_proposed() -> None:
    writes = inbound(customer=BO, conversation="9", page=PAGE)
    assert match(writes, [on_page().bug], MONDAY + timedelta(hours=3)) == Match()
    assert match(writes, [], MONDAY) == Match()


def test_a_new_customer_joins_writes_and_is_there() -> None:
    story = opened()
    story.then(arrive(story.bug, inbound(), story.now))
    assert story.kinds[1:] == ["customer_joined", "customer_wrote", "customer_presence"]
    assert (story.customer().said, story.customer().online) == ("Hello?", True)


def test_one_who_is_there_already_only_writes() -> None:
    story = opened()
    story.then(arrive(story.bug, inbound(), story.now))
    story.then(arrive(story.bug, inbound(text="Anybody?"), story.now))
    assert story.kinds[4:] == ["customer_wrote"]


@pytest.mark.parametrize(
    ("kind", "source", "online"),
    [
        ("ended", "chatwoot", [False]),
        ("offline", "chatwoot", [False]),
        ("online", "chatwoot", [True]),
        ("started", "chatwoot", [True]),
        ("message", "chatwoot", [True]),
        ("message", "mail", []),
        ("other", "chatwoot", []),
    ],
)
def test_presence_is_what_the_channel_can_know(kind: str, source: str, online: list[bool]) -> None:
    events = arrive(opened().bug, inbound(kind=kind, source=source, text=""), MONDAY)
    assert [x.online for x in events if x.KIND == "customer_presence"] == online  # type: ignore[attr-defined] # its kind says so


@pytest.mark.parametrize(("minutes", "since"), [(-30, -30), (30, 0), (None, 0)])
def test_a_message_is_as_old_as_it_says_but_never_of_the_future(minutes: int | None, since: int) -> None:
    story = opened()
    at = None if minutes is None else story.now + timedelta(minutes=minutes)
    story.then(arrive(story.bug, inbound(at=at), story.now))
    assert story.customer().since == story.now + timedelta(minutes=since)


# ---- after they were told


def felt(story: Story, text: str, minutes: float) -> list[str]:
    """What is read out of these words, so long after the tell."""
    events = arrive(story.bug, inbound(text=text), story.now + timedelta(minutes=minutes))
    return [event.what for event in events if isinstance(event, CustomerFelt)]


@pytest.mark.parametrize(
    ("minutes", "text", "meant"),
    [
        (1, "How do I add a second menu?", []),
        (59, "How do I add a second menu?", []),
        (60, "How do I add a second menu?", ["came_back"]),
        (1, "Thank you!", ["thanks"]),
        (600, "Thank you!", ["thanks"]),
        (600, "It still fails", ["still_broken"]),
    ],
)
def test_who_goes_on_using_it_an_hour_after_the_tell_has_come_back(minutes: float, text: str, meant: list[str]) -> None:
    assert felt(told(fixed()), text, minutes) == meant


def test_who_was_not_told_yet_has_not_come_back() -> None:
    assert felt(fixed(), "How do I add a second menu?", 600) == []

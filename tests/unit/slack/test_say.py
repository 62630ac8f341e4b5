"""The lines of the thread: short, readable by somebody who comes late, and harmless whatever stands in an entry."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.bug.bug import Bug
from bot.bug.course.course import Fixed
from bot.bug.course.news import Opened
from bot.bug.customers.customers import CustomerJoined, CustomerPresence
from bot.bug.debt.board import BoardCardMade
from bot.bug.event import Event
from bot.bug.fixes.approval import FixApproved, FixConfirmed
from bot.bug.fixes.asking import FixAsked
from bot.bug.fixes.doubt import FixSettled
from bot.bug.fixes.looks import Looked, Probed
from bot.bug.fixes.run import FixEnded, FixProgressed, FixStarted
from bot.bug.gifts.gifts import NotGranted
from bot.bug.lifecycle import KINDS
from bot.bug.money import Credit, Money
from bot.bug.retro.posting import RetroAsked
from bot.bug.telling.messages import Answered, Delivered, NotDelivered, Told
from bot.bug.values import PRIVATE, Actor, ActorKind, BugRef, CustomerHint
from bot.ledger.ledger import Entry
from bot.slack.views.thread_lines import line
from tests.golden import goldens

AT = datetime(2025, 11, 24, 14, 0, tzinfo=UTC)
EVIL = "<!channel> <!here> <@U0EVIL> <#C0EVIL> <https://evil.example|your bank> & *_~`>|\u202e"
IDS = {"owner", "previous", "to", "asked", "user", "whom", "customers", "url", "card_url", "kind", "plan_until"}
"""Fields that hold ids or addresses of ours; every other text may come from outside."""
OURS = re.compile(
    r"<!date\^\d+\^\{\w+\}\|[^<>|]*>|<@U0[A-DF-Z]\w*>|<https://(bugs|board)\.example\.com/[^<>|]*\|[^<>|]*>|&(lt|gt|amp);"
)
EVERY_KIND = pytest.mark.parametrize("kind", sorted(KINDS))


def said(event: Event, by: str = "anna") -> str | None:
    actor = Actor(kind=ActorKind.PERSON, id="U0ANNA")
    entry = Entry(bug=BugRef(team="T1", number=17), seq=9, event=event, at=AT, by=actor)
    return line(entry, Bug(ref=entry.bug), by)


def with_text(value: Any, text: str) -> Any:
    """The same value with every text in it replaced."""
    match value:
        case str():
            return text
        case dict():
            return {key: with_text(x, text) for key, x in value.items() if key != "grant"}
        case list():
            return [with_text(x, text) for x in value]
        case _:
            return value


def private(kind: type[Event], text: str) -> Event:
    """The stored entry of that kind with `text` in every private field."""
    whole = goldens.event(kind.KIND).model_dump(mode="json")
    hidden = {n for n, field in kind.model_fields.items() if PRIVATE in field.metadata}
    kept = {n: whole[n] for n in ("receipt", "pairs") if n in whole}  # no line says anything of them
    return kind.model_validate({n: with_text(v, text) if n in hidden else v for n, v in whole.items()} | kept)


def public(kind: type[Event], text: str) -> Event:
    """The same with `text` in every free text of the public half."""
    event = goldens.event(kind.KIND)
    free = {
        n: text
        for n, field in kind.model_fields.items()
        if field.annotation is str and n not in IDS and PRIVATE not in field.metadata
    }
    frames = {"frames": (text,)} if "frames" in kind.model_fields else {}
    return event.model_copy(update={**free, **frames})


@EVERY_KIND
def test_a_line_is_short_enough_for_one_message(kind: str) -> None:
    assert len(said(private(KINDS[kind], "🏳️‍🌈 & " * 5000)) or "") < 3000
    assert len(said(public(KINDS[kind], "🏳️‍🌈 & " * 5000)) or "") < 3000


@EVERY_KIND
def test_private_text_never_calls_anybody_or_hides_a_link(kind: str) -> None:
    assert not re.search(r"[<>]|&", OURS.sub("", said(private(KINDS[kind], EVIL)) or ""))


@EVERY_KIND
def test_no_other_text_of_an_entry_calls_anybody_or_hides_a_link(kind: str) -> None:
    assert not re.search(r"[<>]|&", OURS.sub("", said(public(KINDS[kind], EVIL)) or ""))


@EVERY_KIND
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.text(alphabet=st.characters(codec=None), max_size=400))
def test_any_text_at_all_makes_a_line_that_slack_takes(kind: str, text: str) -> None:
    words = said(private(KINDS[kind], text)) or ""
    words.encode("utf-8")
    assert not re.search(r"[<>]|&", OURS.sub("", words))


@EVERY_KIND
def test_a_line_says_something(kind: str) -> None:
    assert said(goldens.event(kind)) != ""


def test_the_first_line_says_what_happened_and_where() -> None:
    words = said(goldens.event("opened")) or ""
    assert "ErrorException: Undefined index: crud" in words
    assert "POST /cruds/generate · Quick Admin · production" in words
    assert "app/Crud.php:34 generate" in words


def test_a_bug_of_which_nothing_is_known_names_who_reported_it() -> None:
    words = said(Opened(source="hand", title="The menu page fails", admitted="by hand")) or ""
    assert words == ":red_circle: The menu page fails\nreported by anna · hand · admitted: by hand"


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (Fixed(how="word"), ":large_green_circle: It works again: anna says so"),
        (Answered(customers=("c1",), text="we look"), ":speech_balloon: anna answers 1 customer: “we look”"),
        (Told(customers=("c1",), text="go on"), ":tada: anna tells 1 customer: “go on”"),
        (
            Delivered(message=2, customer="c1", state="by_hand"),
            ":white_check_mark: The message was passed on by anna",
        ),
        (NotDelivered(message=2, customer="c1", why="full"), ":warning: The message did not go out: full."),
        (CustomerPresence(customer="c1", online=False), ":zzz: The customer left"),
        (CustomerJoined(customer="c1", hint=CustomerHint(), via="chat"), ":bust_in_silhouette: a customer was hit"),
        (
            BoardCardMade(id="1", url="https://board.example.com/c/1"),
            ":card_index: Made a <https://board.example.com/c/1",
        ),
        (FixApproved(run=1, digest="d1"), ":ok_hand: anna approved it"),
        (FixConfirmed(run=1, digest="d1", asked=("U0BEN",)), ":raised_hand: anna asks <@U0BEN> to approve it"),
        (
            FixAsked(run=1, action="delete-row", params={}, reason="bad"),
            ":mag: anna asks what `delete-row` would do: bad",
        ),
        (FixEnded(run=1, state="unknown", summary="cut off"), ":grey_question: Cut off"),
        (FixSettled(run=1, state="succeeded"), ":wrench: anna looked: it happened"),
        (Looked(look="rows", asked=2, count=1), ":eyes: The look `rows` showed 1 row to its asker"),
        (Probed(probe="menu-page", when="after", ok=False, said="is 500"), ":x: menu-page is 500"),
    ],
)
def test_a_line_reads_as_people_say_it(event: Event, words: str) -> None:
    assert (said(event) or "").startswith(words)


@pytest.mark.parametrize(
    "event",
    [FixConfirmed(run=1, digest="d1"), FixProgressed(run=1), FixStarted(run=1, deadline=AT), RetroAsked()],
)
def test_what_matters_to_nobody_has_no_line(event: Event) -> None:
    assert said(event) is None


def test_a_doubtful_makegood_says_so() -> None:
    credit = Credit(money=Money(amount=500, currency="EUR"))
    event = NotGranted(tell=2, customer="c1", grant=credit, why="cut off", doubtful=True)
    assert (said(event) or "").startswith(":warning: Nobody knows whether the makegood was booked (€5 credit)")

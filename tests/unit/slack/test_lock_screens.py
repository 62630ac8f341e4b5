"""What a phone's lock screen shows of each prompt: the bug it is about, before the line is cut. Each kind is walked."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.bug.clocks.reminders import Reminded
from bot.bug.course import course
from bot.bug.course.news import Resembles, TrackerSaid
from bot.bug.customers.customers import CustomerFelt, CustomerJoined, CustomerWrote
from bot.bug.customers.one_person import SamePerson, same
from bot.bug.debt.board import BoardCardMoved
from bot.bug.debt.waiving import Waived
from bot.bug.event import Event
from bot.bug.fixes.approval import FixApproved
from bot.bug.gifts import gifts
from bot.bug.gifts.gifts import GrantKept, NotGranted, TellApproved, TellAsked
from bot.bug.money import Credit, Money
from bot.bug.telling.by_hand import WroteOutside
from bot.bug.telling.messages import Answered, NotDelivered
from bot.bug.values import Actor, ActorKind, CustomerHint
from bot.ledger.ledger import Entry
from bot.slack.views.prompts import OFFERS, offer
from bot.slack.views.reminders import SAYS
from tests.support.payloads import LOCK_SCREEN
from tests.unit.bug.story import ANNA, BEN, Story, asked, claimed, confirmed, fixed, told, waiting

CREDIT = Credit(money=Money(amount=500, currency="EUR"))
BEA = CustomerHint(name="Bea", email="bea@example.com")


def answered() -> Story:
    return waiting(claimed()).then(Answered(customers=("c1",), text="We see it."))


def promised() -> Story:
    return fixed().then(gifts.tell(fixed().bug, ["c1"], "It works.", [CREDIT], anyway=True))


def one_person() -> Story:
    two = waiting(waiting(claimed()), BEA)
    return two.then(same(two.bug, "c1", "c2"))


def closed() -> Story:
    story = told(fixed())
    return story.then(course.Closed(why="done"))


def seq_of(story: Story, kind: type[Event]) -> int:
    return max(fact.seq for fact in story.facts if isinstance(fact.event, kind))


def cases() -> Mapping[type[Event], tuple[Story, Event]]:
    """Of each kind a bug in which it asks something of somebody, and the entry."""
    gift = promised()
    tell = gift.facts[-1].seq
    beside = waiting(claimed())
    beside.then(CustomerJoined(customer="c2", hint=BEA, via="mail", beside="c1"))
    ask = fixed().then(
        TellAsked(customers=("c1",), text="It works.", grants=(CREDIT,), why="5 EUR a day", asked=(BEN,))
    )
    return {
        Reminded: (claimed(), Reminded(what="silent:1", whom=(ANNA,))),
        TellAsked: (ask, ask.facts[-1].event),
        TrackerSaid: (claimed(), TrackerSaid(what="resolved")),
        Resembles: (claimed(), Resembles(bug=3, why="page")),
        CustomerFelt: (told(fixed()), CustomerFelt(customer="c1", what="still_broken")),
        CustomerJoined: (beside, beside.facts[-1].event),
        SamePerson: (one_person(), one_person().facts[-1].event),
        CustomerWrote: (closed(), CustomerWrote(customer="c1", text="Again!", at=closed().now)),
        NotDelivered: (_failed(), _failed().facts[-1].event),
        NotGranted: (gift, NotGranted(tell=tell, customer="c1", grant=CREDIT, why="no card")),
        WroteOutside: (
            fixed(),
            WroteOutside(customer="c1", source="tawk", text="It works", writer="Ben", at=fixed().now),
        ),
        BoardCardMoved: (claimed(), BoardCardMoved(stage="archived", by="ben")),
        GrantKept: (claimed(), GrantKept(granted=1, why="no")),
        FixApproved: (
            confirmed(asked(claimed()), BEN),
            FixApproved(run=1, digest="d1", reason="now", break_glass=True),
        ),
        TellApproved: (ask, TellApproved(asked=ask.facts[-1].seq, typed="1")),
        Waived: (told(fixed()), Waived(reason="no time", typed="1")),
    }


def _failed() -> Story:
    story = answered()
    return story.then(NotDelivered(message=seq_of(story, Answered), customer="c1", why="the chat is closed"))


@pytest.mark.parametrize("kind", list(OFFERS))
def test_each_prompt_names_its_bug_where_a_phone_still_shows_it(kind: type[Event]) -> None:
    story, event = cases()[kind]
    by = Actor(kind=ActorKind.PERSON, id=ANNA)
    seq = next((fact.seq for fact in story.facts if fact.event == event), story.bug.seq)
    found = offer(story.bug, Entry(bug=story.bug.ref, seq=seq, event=event, at=story.now, by=by), story.now)
    assert found
    assert str(story.bug.ref) in found.text[:LOCK_SCREEN], found.text
    assert found.text.strip() == found.text


@pytest.mark.parametrize("kind", sorted(SAYS))
def test_each_reminder_names_its_bug_and_calls_somebody(kind: str) -> None:
    story = waiting(claimed())
    bug = replace(story.bug, debt=told(fixed()).bug.debt)
    said = SAYS[kind](bug, Reminded(what=f"{kind}:c1:1", whom=(ANNA,), since=story.now), 1, story.now)
    assert str(bug.ref) in said.text[:LOCK_SCREEN], said.text
    assert said.to == (ANNA,) or f"<@{ANNA}>" in said.text

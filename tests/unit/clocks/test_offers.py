"""What an entry asks of somebody, and when it asks nothing; every clock has its words."""

from datetime import timedelta

import pytest

from bot.bug.clocks.clocks import Rules, due
from bot.bug.clocks.reminders import Reminded
from bot.bug.course.course import Reopened
from bot.bug.course.news import TrackerSaid
from bot.bug.customers.customers import CustomerFelt, CustomerPresence
from bot.bug.debt.board import BoardCardMoved
from bot.bug.debt.debt import Paid
from bot.bug.event import Event
from bot.bug.gifts.gifts import GrantKept
from bot.bug.telling.messages import Answered, NotDelivered, Told
from bot.bug.values import Actor
from bot.ledger.ledger import Entry
from bot.slack.views.prompt import Offer
from bot.slack.views.prompts import offer
from tests.unit.bug.story import ANNA, BUGSNAG, SYSTEM, Story, claimed, fixed, opened, told, waiting


def asks(story: Story, event: Event, by: Actor = SYSTEM) -> Offer | None:
    """As the sink sees it, right after the entry was written."""
    story.then(event, by)
    seq = max(fact.seq for fact in story.facts if fact.event == event)
    return offer(story.bug, Entry(bug=story.bug.ref, seq=seq, event=event, at=story.now, by=by), story.now)


def labels(found: Offer | None) -> list[str]:
    assert found
    return [button.label for button in found.buttons]


@pytest.mark.parametrize("stage", ["archived", "Not a bug"])
def test_a_card_that_is_put_away_while_the_bug_is_open_asks_whether_it_is_one(stage: str) -> None:
    found = asks(claimed(), BoardCardMoved(stage=stage, by="ben"))
    assert found
    assert found.text.startswith("<@U0ANNA> ben put the board card")
    assert labels(found) == ["Not a bug…", "It works"]


def test_a_card_that_goes_on_asks_nothing() -> None:
    assert asks(claimed(), BoardCardMoved(stage="Doing", by="ben")) is None
    assert asks(told(fixed()), BoardCardMoved(stage="archived", by="ben")) is None


def test_what_is_resolved_elsewhere_is_asked_about_only_while_it_is_open() -> None:
    assert labels(asks(opened(), TrackerSaid(what="resolved"), BUGSNAG)) == ["It works"]
    assert asks(fixed(), TrackerSaid(what="resolved"), BUGSNAG) is None
    assert asks(opened(), TrackerSaid(what="commented", text="hm"), BUGSNAG) is None


def test_thanks_ask_nothing() -> None:
    assert asks(told(fixed()), CustomerFelt(customer="c1", what="thanks")) is None


def test_still_broken_is_no_news_of_a_bug_that_is_open_again() -> None:
    story = told(fixed()).then(Reopened(reason="still 500"))
    assert asks(story, CustomerFelt(customer="c1", what="still_broken")) is None


def test_words_that_did_not_go_out_come_back_to_their_author() -> None:
    story = fixed()
    story.then(Told(customers=("c1",), text="It works & runs."))
    seq = next(fact.seq for fact in story.facts if isinstance(fact.event, Told))
    found = asks(story, NotDelivered(message=seq, customer="c1", why="nobody can answer there"))
    assert found
    assert found.to == (ANNA,)
    assert "```It works &amp; runs.```" in found.text


def test_a_gift_that_could_not_be_taken_back_is_said_to_the_owner() -> None:
    found = asks(claimed(), GrantKept(granted=4, why="the plan was changed"))
    assert found
    assert found.to == (ANNA,)


def stories() -> dict[str, Story]:
    online = waiting(opened()).then(CustomerPresence(customer="c1", online=True), SYSTEM)
    answered = waiting(claimed())
    answered.then(Answered(customers=("c1",), text="We look", promised=answered.now + timedelta(minutes=15)))
    left = waiting(claimed()).then(CustomerPresence(customer="c1", online=False), SYSTEM)
    return {
        "unclaimed": online,
        "silent": waiting(claimed()),
        "promise": answered,
        "waiting": waiting(claimed()),
        "gone": left,
        "debt": told(fixed()),
        "lesson": told(fixed()).then(Paid(how="PR 212")),
    }


@pytest.mark.parametrize("kind", ["unclaimed", "silent", "promise", "waiting", "gone", "debt", "lesson"])
def test_every_clock_says_which_bug_and_offers_what_settles_it(kind: str) -> None:
    story = stories()[kind]
    story.now += timedelta(days=30) if kind == "debt" else timedelta(minutes=58)
    reminder = next(x for x in due(story.bug, story.now, Rules()) if x.what.startswith(kind))
    found = asks(story, Reminded(what=reminder.what, whom=reminder.whom, since=reminder.since))
    assert found
    assert "BUG-17 Menu page fails" in found.text
    assert found.buttons
    assert (found.to == (ANNA,)) is (kind != "unclaimed")
    assert found.blocks(story.bug)[0]["type"] == "section"


def test_a_group_on_call_is_called_in_the_channel() -> None:
    story = stories()["unclaimed"]
    found = asks(story, Reminded(what="unclaimed:1", whom=("S0LEADS",), since=story.now))
    assert found
    assert found.text.startswith("<!subteam^S0LEADS>")
    assert found.loud

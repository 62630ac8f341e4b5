"""Who joins late reads what happened, who does what now, and what is open and waits for whom."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.bug.bug import DoneAlone
from bot.bug.course.course import Dismissed
from bot.bug.course.delivery import Delayed, GaveUp
from bot.bug.course.ownership import Estimated
from bot.bug.customers.customer import PlannedTell, TellRequest
from bot.bug.customers.customers import CustomerPresence
from bot.bug.fixes.approval import FixApproved
from bot.bug.fixes.fix import RunState
from bot.bug.fixes.run import FixStarted, FixWaits
from bot.bug.retro.catchup import CatchUp, catch_up
from bot.bug.retro.lesson import LessonSkipped, LessonWritten
from bot.bug.telling import messages
from bot.bug.telling.messages import TellSkipped
from bot.bug.values import CustomerHint
from bot.bug.words import plain
from bot.slack.views.retro import catchup as view
from tests.unit.bug.story import (
    ANNA,
    BEN,
    PRODUCTION,
    SYSTEM,
    Story,
    asked,
    claimed,
    fixed,
    opened,
    ran,
    told,
    waiting,
    waits,
)
from tests.unit.bug.telling import paid

NAMES = {ANNA: "Anna", BEN: "Ben"}


def seen(story: Story, since: datetime | None = None) -> CatchUp:
    return catch_up(story.facts, story.bug, story.now, since)


def open_(story: Story) -> list[str]:
    return [plain(one) for one in seen(story).open]


def now(story: Story) -> list[str]:
    return [plain(one) for one in seen(story).now]


def test_a_new_bug_waits_for_somebody_who_claims_it() -> None:
    assert now(opened()) == ["Nobody is at it"]
    assert open_(opened()) == ["Nobody has it: waits for somebody who claims it"]


def test_the_owner_is_named_with_what_they_estimated() -> None:
    story = claimed().then(Estimated(minutes=10))
    assert now(story) == ["U0ANNA has it, since 14:01 UTC; the estimate was 10 minutes"]
    assert open_(claimed()) == []


def test_a_customer_waits_for_the_owner_and_their_words_are_counted_from_when_they_came() -> None:
    story = waiting(claimed())
    story.now += timedelta(minutes=7)
    assert open_(story) == ["Ada has waited 7 min, has heard nothing: waits for U0ANNA"]
    story.then(CustomerPresence(customer="c1", online=True), SYSTEM)
    story.then(messages.answer(story.bug, ["c1"], "We see it.", promised=story.now + timedelta(minutes=15)), BEN)
    assert open_(story) == [
        "Ada (online) has waited 7 min, answered 14:08 UTC: waits for U0ANNA",
        "News was promised by 14:23 UTC: waits for U0ANNA",
    ]


def test_of_many_customers_five_are_named_and_who_was_only_hit_comes_last() -> None:
    story = waiting(opened())
    for number in range(6):
        waiting(story, CustomerHint(name=f"Bo {number}", email=f"bo{number}@example.com"))
    hit = replace(story.bug.customers[0], said_at=None)
    story.bug = replace(story.bug, customers=(hit, *story.bug.customers[1:4]))
    assert open_(story)[-1] == "Ada was hit, did not write, and does not know: waits for somebody who claims it"
    story = waiting(opened())
    for number in range(6):
        waiting(story, CustomerHint(name=f"Bo {number}", email=f"bo{number}@example.com"))
    assert open_(story)[-1] == "2 more customers to be told: waits for somebody who claims it"


def test_a_fix_waits_for_whoever_has_the_word() -> None:
    assert "delete-row menus 13 is previewed: waits for U0ANNA to run it" in open_(asked(claimed()))
    story = waits(BEN)
    assert open_(story) == ["delete-row menus 13: waits for a word of U0BEN"]
    story.then(FixApproved(run=1, digest="d1"), BEN)
    assert open_(story) == []
    story.then(FixWaits(run=1, bug=9, other=2), SYSTEM)
    assert open_(story) == ["delete-row menus 13: waits for the run of BUG-9"]


def test_a_running_fix_is_what_somebody_does_now() -> None:
    story = waits(BEN).then(FixApproved(run=1, digest="d1"), BEN)
    story.then(FixStarted(run=1, deadline=story.now + timedelta(minutes=2)), PRODUCTION)
    assert now(story)[1] == "U0ANNA runs delete-row menus 13, since 14:01 UTC"
    assert open_(story) == []
    story.bug = replace(story.bug, owner=None, fixes=(replace(story.bug.fixes[0], started_at=None),))
    assert now(story) == ["U0ANNA runs delete-row menus 13"]


def test_an_undo_is_called_one_and_what_was_cut_off_waits_for_a_look() -> None:
    story = ran(waits(BEN).then(FixApproved(run=1, digest="d1"), BEN), "unknown")
    assert "waits for somebody who looks at production and settles it" in open_(story)[0]
    story = waits(BEN)
    story.bug = replace(story.bug, fixes=(replace(story.bug.fixes[0], undo_of=7, asked=()),))
    assert open_(story) == ["undo of delete-row menus 13: waits for a word of U0ANNA"]
    story.bug = replace(story.bug, fixes=(replace(story.bug.fixes[0], state=RunState.ASKED),))
    assert open_(story) == []


def test_gifts_that_wait_and_tells_that_are_planned_are_named() -> None:
    story = waiting(claimed())
    wish = TellRequest(seq=9, by=ANNA, customers=("c1",), text="It works", grants=(), asked=(BEN,))
    plan = PlannedTell(
        seq=9, run=1, by=ANNA, at=story.now, customers=("c1",), text="It works", grants=(), thanks=(), counted=1
    )
    story.bug = replace(story.bug, tell_requests=(wish, replace(wish, asked=())), planned=plan)
    assert open_(story)[1:] == [
        "A gift of U0ANNA: waits for a word of U0BEN",
        "A gift of U0ANNA: waits for a word of U0ANNA",
        "1 customer told by itself as soon as it works, as U0ANNA planned",
    ]


def test_systems_that_are_away_and_those_that_gave_up_are_told_apart() -> None:
    story = claimed().then((Delayed(sink="board", why="away"), GaveUp(sink="customer", why="no")), SYSTEM)
    assert open_(story) == [
        "The customer's channel gave up: waits for somebody who presses Try again on the card",
        "Trello is out of order: tried again by itself",
    ]


def test_afterwards_the_proper_fix_what_was_done_alone_and_the_question_are_open() -> None:
    story = told(fixed())
    assert open_(story)[0].startswith("The proper fix, until ")
    story.bug = replace(story.bug, done_alone=(DoneAlone(seq=3, by=ANNA, at=story.now, what="delete-row"),))
    assert open_(story)[1] == "delete-row was done alone by U0ANNA: waits for somebody else who looks at it"
    story = paid()
    assert open_(story) == ["How did it get into production? Waits for U0ANNA"]
    story.bug = replace(story.bug, owner=None)
    assert open_(story) == ["How did it get into production? Waits for anybody who knows"]
    assert open_(paid().then(LessonWritten(text="no test"))) == []
    assert open_(paid().then(LessonSkipped())) == []
    assert open_(opened().then(Dismissed(reason="a robot"))) == []


def test_nobody_who_is_told_or_left_in_peace_is_waited_for() -> None:
    story = waiting(claimed()).then(TellSkipped(customers=("c1",)))
    assert open_(story) == []


def test_the_last_minutes_leave_out_what_came_before_and_the_deeds_are_those_of_that_time() -> None:
    story = paid()
    every, late = seen(story), seen(story, story.now - timedelta(minutes=30))
    assert len(every.happened) > len(late.happened) == 1
    assert [one.person for one in late.did] == [ANNA]
    assert late.did[0].done == {"debt paid": 1}


def test_it_reads_as_one_message_whatever_happened() -> None:
    story = paid()
    told_ = view.text(seen(story), NAMES)
    assert told_.startswith("*BUG-17 Menu page fails* · closed")
    assert "*What happened*" in told_
    assert "*Who did what*\nAnna: claim" in told_
    assert "*Open*\nHow did it get into production? Waits for Anna" in told_
    assert view.people(seen(story)) >= {ANNA, BEN}
    long = waiting(claimed())
    for number in range(200):
        long.then(messages.answer(long.bug, ["c1"], f"Still at it, {number}."), BEN, after=1)
    text = view.text(seen(long), NAMES)
    assert len(text) <= 3000
    assert "earlier ones stand in the thread" in text
    assert "Still at it, 199." in text
    assert "Still at it, 0." not in text


def test_where_nothing_happened_and_nothing_is_open_it_says_so() -> None:
    story = claimed()
    story.now += timedelta(hours=2)
    text = view.text(seen(story, story.now - timedelta(minutes=30)), NAMES)
    assert "*\nNothing.\n\n*Now*\nAnna has it" in text
    assert text.endswith("*Open*\nNothing.")

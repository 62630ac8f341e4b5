"""A tell that is decided with the fix: it goes out when the probe is green, and else nobody is told but the one who asked."""

from datetime import timedelta

import pytest

from bot.bug.course.course import Fixed
from bot.bug.customers import recognising
from bot.bug.customers.customers import AccountSeen
from bot.bug.errors import Invalid
from bot.bug.event import Event
from bot.bug.fixes import when_works
from bot.bug.fixes.looks import Probed
from bot.bug.fixes.rules import mark_undone
from bot.bug.fixes.run import FixCancelled, FixReportedDone
from bot.bug.fixes.when_works import TellDropped
from bot.bug.money import Credit, Days, Grant, Money, Terms
from bot.bug.telling.gift_texts import GiftTexts
from bot.bug.telling.messages import Told
from bot.bug.values import CustomerHint
from bot.bug.words import plain
from tests.unit.bug.story import (
    ANNA,
    MONDAY,
    PRODUCTION,
    SYSTEM,
    Story,
    asked,
    claimed,
    confirmed,
    fix,
    ran,
    told,
    waiting,
)

EURO5 = Credit(money=Money(amount=500, currency="EUR"))
WEEK = Days(days=7, until=MONDAY + timedelta(days=7))
TEXT, TEXTS = "It works again.", GiftTexts()
BO = CustomerHint(name="Bo", email="bo@example.com")


def planned(*grants: Grant, ids: tuple[str, ...] = ("c1",), story: Story | None = None) -> Story:
    """Ada wrote; Anna runs a fix, and says with it what Ada will read."""
    begun = story or waiting(claimed())
    confirmed(asked(begun))
    return begun.then(when_works.plan(begun.bug, 1, ids, TEXT, grants, TEXTS, counted=len(begun.bug.customers)))


def probed(story: Story, *, ok: bool = True, smoke: bool = False, broke: bool = False) -> Story:
    said = "is 200" if ok else "is 500"
    name = "home" if smoke else "page"
    return story.then(Probed(probe=name, when="after", ok=ok, said=said, smoke=smoke, broke=broke), PRODUCTION)


def green(story: Story) -> Story:
    """The run ends, its probe is green, and so the bug is fixed."""
    return probed(ran(story)).then(Fixed(how="probe", said="was 500, is 200"), PRODUCTION)


def due(story: Story, after: float = 0) -> tuple[Event, ...]:
    return when_works.due(story.bug, story.now + timedelta(minutes=after), TEXTS)


def why(story: Story, after: float = 0) -> str:
    """What stands against it."""
    (event,) = due(story, after)
    assert isinstance(event, TellDropped)
    assert event.whom == ANNA
    return event.why


def test_nothing_is_due_where_nobody_planned_anything() -> None:
    assert due(claimed()) == ()


def test_it_is_told_when_the_probe_is_green() -> None:
    story = planned(EURO5)
    assert due(story) == ()
    green(story)
    assert due(story) == (
        Told(customers=("c1",), text=TEXT, grants=(EURO5,), thanks=(TEXTS.thanks(EURO5, story.customer()),)),
    )


def test_a_plan_ends_with_its_tell() -> None:
    story = green(planned())
    story.then(due(story))
    assert (story.bug.planned, due(story)) == (None, ())


def test_it_waits_while_the_page_recovers_and_for_two_minutes_at_most() -> None:
    story = probed(ran(planned()), ok=False)
    assert due(story, after=1.9) == ()
    assert why(story, after=2) == "it was not seen to work within 2 minutes (page is 500)"
    story.then(due(story, after=2), SYSTEM)
    assert story.bug.planned is None


def test_without_any_probe_nothing_was_seen_to_work() -> None:
    story = ran(planned()).then(Fixed(how="word"))
    assert due(story, after=1) == ()
    assert why(story, after=2) == "it was not seen to work within 2 minutes"


def test_a_green_probe_of_before_the_run_says_nothing() -> None:
    story = waiting(claimed())
    story = ran(planned(story=probed(story))).then(Fixed(how="word"))
    assert due(story) == ()


def test_a_page_that_works_while_another_broke_is_not_told() -> None:
    story = probed(green(planned()), ok=False, smoke=True, broke=True)
    assert due(story) == ()
    assert "home is 500" in why(story, after=2)


def test_a_page_that_works_is_told_however_late_anybody_looks() -> None:
    (event,) = due(green(planned()), after=10)
    assert isinstance(event, Told)


def test_it_is_dropped_when_a_reader_joined() -> None:
    assert why(waiting(green(planned()), BO)) == "Bo joined since"


def test_it_is_dropped_when_the_fix_was_undone() -> None:
    story = green(planned())
    story.bug = mark_undone(asked_undo(story).bug, 2)
    assert why(story) == "the fix was undone"


def asked_undo(story: Story) -> Story:
    from bot.bug.fixes import asking  # noqa: PLC0415 - of this story alone

    return story.then(asking.ask_undo(story.bug, ANNA, 1, "the menu is wanted"))


@pytest.mark.parametrize(
    ("state", "said"), [("failed", "the fix failed"), ("unknown", "nobody knows whether the fix happened")]
)
def test_it_is_dropped_when_the_fix_did_not_run_to_its_end(state: str, said: str) -> None:
    assert why(ran(planned(), state)) == said


def test_it_is_dropped_when_the_fix_was_cancelled() -> None:
    assert why(planned().then(FixCancelled(run=1))) == "the fix was cancelled"


def test_it_is_dropped_when_the_gift_means_something_else_by_now() -> None:
    story = green(planned(WEEK))
    terms = Terms(days="period", ends=MONDAY + timedelta(days=40))
    story.then(AccountSeen(customer="c1", plan="pro", currency="EUR", terms=terms), SYSTEM)
    assert why(story) == "what they would read of the gift has changed since"


def test_it_is_dropped_with_the_reason_that_a_tell_would_be_refused_for() -> None:
    story = green(planned(ids=("c1", "c2"), story=waiting(waiting(claimed()), BO)))
    told(story, "c1")
    assert why(story) == "Ada knows already, or the message is on its way. Leave them out"


def test_a_tell_by_hand_to_everybody_takes_its_place() -> None:
    story = told(green(planned()), "c1")
    assert (story.bug.planned, due(story)) == (None, ())


def test_a_run_by_hand_ends_too() -> None:
    story = planned().then(FixReportedDone(run=1))
    assert fix(story).ended_at == story.now
    (event,) = due(probed(story).then(Fixed(how="probe"), PRODUCTION))
    assert isinstance(event, Told)


def test_what_is_wrong_with_it_is_said_when_it_is_planned() -> None:
    story = confirmed(asked(waiting(claimed())))
    with pytest.raises(Invalid, match="Write what the customer will read"):
        when_works.plan(story.bug, 1, ["c1"], " ", (), TEXTS, counted=1)


def test_the_trail_says_who_will_read_what_and_why_nobody_did() -> None:
    story = planned(EURO5)
    line = story.facts[-1].event.line(story.bug, ANNA)
    assert line
    assert plain(line.parts) == f"{ANNA}: when it works, tell Ada: “It works again.” and give €5 credit"
    dropped = TellDropped(planned=99, whom=ANNA, why="the fix failed")
    assert story.then(dropped, SYSTEM).bug.planned, "another plan than the one that was dropped"
    said = dropped.line(story.bug, "makegood")
    assert plain(said.parts) == "Nobody was told: the fix failed. Tell is on the card."
    bare = planned().facts[-1].event.line(story.bug, ANNA)
    assert bare
    assert plain(bare.parts).endswith("“It works again.”")


def test_who_joins_by_name_alone_counts_as_well() -> None:
    story = green(planned())
    story.then(recognising.join(story.bug, CustomerHint(name="Cy", id="7"), via="bugsnag"), SYSTEM)
    assert why(story) == "Cy joined since"

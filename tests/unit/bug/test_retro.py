"""The retro: what happened, how long it took, who did what, what it cost and what is owed."""

from datetime import timedelta

import pytest

from bot.bug.bug import Status
from bot.bug.course.course import CameBack, Fixed, Reopened
from bot.bug.course.ownership import Claimed, Estimated, HandedOver
from bot.bug.customers.customers import CustomerJoined, CustomerWrote
from bot.bug.errors import NotFound
from bot.bug.fixes.approval import FixApproved
from bot.bug.fixes.asking import FixAsked
from bot.bug.fixes.doubt import FixSettled
from bot.bug.fixes.fix import RunState
from bot.bug.fixes.run import FixCancelled
from bot.bug.lifecycle import KINDS
from bot.bug.money import Upgrade
from bot.bug.retro.model import QUESTIONS, Retro
from bot.bug.retro.story import fold
from bot.bug.telling.messages import Answered, NotDelivered
from bot.bug.values import CustomerHint
from tests.golden import goldens
from tests.unit.bug.story import (
    ANNA,
    BEN,
    CLEO,
    MONDAY,
    PRODUCTION,
    asked,
    claimed,
    confirmed,
    fixed,
    opened,
    ran,
    told,
)
from tests.unit.bug.telling import minutes, paid

UPGRADE = Upgrade(plan="premium", until=MONDAY + timedelta(days=30))


def said(retro: Retro) -> list[str]:
    return [step.said for step in retro.timeline]


def test_a_trail_without_entries_has_no_story() -> None:
    with pytest.raises(NotFound, match="no story to tell"):
        fold([])


def test_the_story_of_the_minutes_in_its_lines() -> None:
    assert said(fold(paid().facts)) == [
        "Menu page fails\nreported by source:bugsnag · Bugsnag · admitted: error in production",
        "U0ANNA has it",
        "Ada was hit (known from Chatwoot)",
        "Ada: “What can I do?”",
        "U0ANNA estimates 10 minutes",
        "U0BEN answers Ada: “We see it.”",
        "U0ANNA asks U0BEN to approve it",
        "U0BEN approved it",
        "1 row deleted",
        "It works again: was 500, is 200",
        "U0ANNA tells Ada: “It works again, you can go on.” and gives €5 credit + 5 days (until Wed 03 Dec)",
        "Booked: €5 credit for Ada",
        "Booked: 5 days (until Wed 03 Dec) for Ada",
        "Everybody knows. U0ANNA owes the proper fix by Mon 01 Dec",
        "Ada: “Wow, thank you!”",
        "U0ANNA paid the proper fix: PR 212",
    ]


def test_the_times_are_counted_from_the_first_sign() -> None:
    times = fold(paid().facts).times
    assert (times.claim, times.answer, times.fix, times.tell, times.wait) == (60, 120, 300, 360, 300)
    assert times.open == timedelta(days=1, minutes=17).total_seconds()


def test_a_customer_who_wrote_before_the_error_was_seen_is_the_first_sign() -> None:
    story = opened().then(CustomerJoined(customer="c1", hint=CustomerHint(name="Ada"), via="mail", source="mail"))
    story.then(CustomerWrote(customer="c1", text="An error!", at=MONDAY - timedelta(minutes=20)))
    story.then(Claimed(owner=ANNA), after=1).then(Fixed(how="word"), after=40)
    retro = fold(told(story).facts)
    assert retro.began_at == MONDAY - timedelta(minutes=20)
    assert (retro.times.claim, retro.times.fix, retro.times.tell, retro.times.wait) == (1260, 3660, 3720, 3720)


def test_what_never_happened_has_no_time() -> None:
    retro = fold(opened().facts)
    assert set(retro.times.model_dump().values()) == {None}
    assert (retro.estimate, retro.debt, retro.closed_at, retro.status) == (None, None, None, Status.OPEN)


def test_a_trail_without_its_first_entry_still_reads() -> None:
    assert fold(claimed().facts[1:]).opened_at == claimed().facts[1].at


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_any_kind_of_entry_fits_into_a_retro(kind: str) -> None:
    story = minutes().then(goldens.event(kind))
    words = goldens.event(kind).line(story.bug, ANNA)
    assert len(fold(story.facts).timeline) == 15 + bool(words and not words.minor)


def test_whom_nobody_knows_any_more_is_a_customer() -> None:
    story = claimed().then(CustomerWrote(customer="c9", text="hello", at=MONDAY)).then(FixCancelled(run=4))
    assert said(fold(story.facts))[-2:] == ["Customer: “hello”", "U0ANNA cancelled it"]


def test_several_customers_are_a_number() -> None:
    story = claimed().then(Answered(customers=("c1", "c2"), text="We see it."))
    assert said(fold(story.facts))[-1] == "U0ANNA answers 2 customers: “We see it.”"


def test_everybody_named_is_looked_up() -> None:
    story = paid().then(HandedOver(owner=CLEO), after=1)
    assert set(fold(story.facts).people) == {
        "source:bugsnag",
        "source:chatwoot",
        "system:makegood",
        "system:production",
        ANNA,
        BEN,
        CLEO,
    }


# ---- estimate, coming back, what is owed


def test_the_estimate_is_compared_with_what_it_took() -> None:
    retro = fold(minutes().facts)
    assert retro.estimate
    assert (retro.estimate.minutes, retro.estimate.actual) == (10, 240)


def test_the_last_estimate_counts_and_one_without_a_fix_has_no_end() -> None:
    story = claimed().then(Estimated(minutes=10)).then(Estimated(minutes=60), after=9)
    estimate = fold(story.facts).estimate
    assert estimate
    assert (estimate.minutes, estimate.actual) == (60, None)


def test_how_often_it_came_back_and_was_reopened_is_counted() -> None:
    story = fixed().then(CameBack(occurrences=13)).then(Fixed(how="word")).then(Reopened(reason="still 500"))
    retro = fold(story.facts)
    assert (retro.came_back, retro.reopened, retro.status) == (1, 1, Status.CLAIMED)
    assert retro.times.fix == 300


def test_what_is_owed_says_by_whom_until_when_and_how_it_was_paid() -> None:
    owed, done = fold(minutes().facts).debt, fold(paid().facts).debt
    assert owed
    assert done
    assert (owed.owner, f"{owed.due:%a %d %b}", owed.paid_at) == (ANNA, "Mon 01 Dec", None)
    assert (done.how, done.paid_at) == ("PR 212", paid().now)


def test_the_three_questions_are_asked() -> None:
    assert fold(paid().facts).questions == QUESTIONS
    assert QUESTIONS == ("How did it get into production?", "How did we do?", "What do we change?")


# ---- fixes


def test_a_fix_says_who_ran_and_who_approved_it() -> None:
    run = fold(minutes().facts).fixes[0]
    assert (run.name, run.by, run.state, run.approved_by) == ("delete-row menus 13", ANNA, RunState.SUCCEEDED, (BEN,))
    assert (run.broken_glass, run.undone) == (False, False)


def test_broken_glass_stands_out_and_is_no_approval() -> None:
    story = confirmed(asked(claimed(), approvals=1), BEN)
    story.then(FixApproved(run=1, digest="d1", break_glass=True, reason="all asleep"))
    retro = fold(ran(story).facts)
    assert (retro.fixes[0].broken_glass, retro.fixes[0].approved_by) == (True, ())
    loud = [step for step in retro.timeline if step.loud]
    assert [x.said for x in loud] == ["U0ANNA goes on WITHOUT an approval: all asleep"]
    assert dict(retro.deeds[0].done)["run without approval"] == 1


def test_an_undone_fix_and_its_undo_are_two() -> None:
    story = ran(confirmed(asked(claimed())))
    story.then(FixAsked(run=2, action="delete-row", params={}, reason="wrong row", undo_of=1))
    retro = fold(ran(story).facts)
    assert [(x.undone, x.undo_of) for x in retro.fixes] == [(True, None), (False, 1)]
    assert said(retro)[-1] == "1 row deleted"


def test_a_run_of_which_nobody_knew_the_end_and_who_looked_stand_there() -> None:
    story = ran(confirmed(asked(claimed())), "unknown")
    story.then(FixSettled(run=1, state="failed", word="the row is there"))
    assert said(fold(story.facts))[-2:] == [
        "1 row deleted — nobody knows whether it happened. Look at production, then settle it on the card.",
        "U0ANNA looked: it did not happen: the row is there",
    ]


def test_the_story_is_the_same_for_whoever_folds_it() -> None:
    assert fold(iter(paid().facts)) == fold(paid().facts)
    stored = fold(paid().facts).model_dump_json()
    assert Retro.model_validate_json(stored).model_dump_json() == stored


def test_it_is_written_down_who_was_not_reached() -> None:
    story = opened().then(NotDelivered(message=2, customer="c1", why="mailbox full"), PRODUCTION)
    story.then(NotDelivered(message=2, customer="c1", why="cut off", doubtful=True), PRODUCTION)
    assert said(fold(story.facts))[-2:] == [
        "The message did not go out: mailbox full. Look there, then press I told them or tell again.",
        "Nobody knows whether the message went out: cut off. Look there, then press I told them or tell again.",
    ]

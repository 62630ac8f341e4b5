"""Who is in a retro: what the team did and wrote, what it cost, and how each customer fared."""

from datetime import timedelta

import pytest

from bot.bug.course.conversation import Said, SaidDeleted, SaidEdited
from bot.bug.course.course import Fixed, Reopened
from bot.bug.customers.customers import AccountSeen, CustomerJoined, CustomerPresence
from bot.bug.gifts.gifts import NotGranted
from bot.bug.money import Upgrade
from bot.bug.retro.model import Retro
from bot.bug.retro.mood import Mood, mood
from bot.bug.retro.story import fold
from bot.bug.telling.messages import TellSkipped, Told
from bot.bug.values import Actor, ActorKind, CustomerHint
from tests.unit.bug.story import (
    ANNA,
    BEN,
    CLEO,
    MONDAY,
    SYSTEM,
    claimed,
    fixed,
    opened,
    told,
    waiting,
)
from tests.unit.bug.telling import EURO5, FIVE_DAYS, given, minutes, paid, undone, wrote

UPGRADE = Upgrade(plan="premium", until=MONDAY + timedelta(days=30))


def said(retro: Retro) -> list[str]:
    return [step.said for step in retro.timeline]


# ---- people


def test_who_did_what_is_counted_by_person() -> None:
    deeds = {x.person: dict(x.done) for x in fold(paid().facts).deeds}
    assert deeds == {
        ANNA: {"claim": 1, "estimate": 1, "fix": 1, "tell": 1, "debt paid": 1},
        BEN: {"first answer": 1, "approval": 1, "remark": 1},
    }


def test_what_the_machinery_does_is_nobodys_deed_but_a_shell_is_somebodys() -> None:
    story = opened().then(Fixed(how="probe"), SYSTEM)
    assert fold(story.facts).deeds == ()
    story.then(Reopened(reason="no"), Actor(kind=ActorKind.CLI, id="anna"))
    assert [(x.person, x.done) for x in fold(story.facts).deeds] == [("cli:anna", {"reopening": 1})]


def test_the_thread_reads_as_people_left_it() -> None:
    story = claimed()
    story.then(Said(user=BEN, ts="1.1", text="the bad rwo")).then(SaidEdited(user=BEN, ts="1.1", text="the bad row"))
    story.then(Said(user=CLEO, ts="1.2", text="password hunter2"))
    story.then(SaidDeleted(user=CLEO, ts="1.2"))
    story.then(Said(user=ANNA, ts="1.3", text="on it")).then(SaidEdited(user=ANNA, ts="0.9", text="long gone"))
    thread = fold(story.facts).thread
    assert [(x.by, x.text, x.edited) for x in thread] == [(BEN, "the bad row", True), (ANNA, "on it", False)]


def test_a_message_deleted_before_we_saw_it_is_not_there() -> None:
    assert fold(claimed().then(SaidDeleted(user=BEN, ts="1.1")).facts).thread == ()


# ---- what it cost


def test_what_was_booked_is_the_cost() -> None:
    gifts = fold(minutes().facts).gifts
    assert [(g.grant, g.state, g.customer, g.account) for g in gifts] == [
        (EURO5, "granted", "Ada", "cus_1"),
        (FIVE_DAYS, "granted", "Ada", "cus_1"),
    ]


def test_what_was_taken_back_is_shown_as_such() -> None:
    story = undone(minutes())
    gifts = fold(story.facts).gifts
    assert [(g.state, g.undone_at) for g in gifts] == [("undone", story.now), ("granted", None)]


def test_what_nobody_knows_to_be_booked_is_said_until_it_is_cleared_up() -> None:
    story = fixed().then(Told(customers=("c1",), text="It works.", grants=(UPGRADE,)))
    seq = story.bug.seq
    story.then(NotGranted(tell=seq, customer="c1", grant=UPGRADE, why="cut off", doubtful=True), SYSTEM)
    assert [(g.state, g.account) for g in fold(story.facts).gifts] == [("doubtful", "c1")]
    story.then(NotGranted(tell=seq, customer="c1", grant=UPGRADE, why="no such plan"), SYSTEM)
    assert fold(story.facts).gifts == ()
    waits = ". The message waits: tell without it, or try again."
    assert said(fold(story.facts))[-2:] == [
        f"Nobody knows whether the makegood was booked (premium until Wed 24 Dec): cut off{waits}",
        f"The makegood could not be booked (premium until Wed 24 Dec): no such plan{waits}",
    ]


def test_a_booking_for_somebody_forgotten_is_still_a_cost() -> None:
    story = minutes()
    facts = [x for x in story.facts if not isinstance(x.event, CustomerJoined)]
    assert [g.customer for g in fold(facts).gifts] == ["a customer", "a customer"]


# ---- customers


def test_a_customer_who_thanks_is_counted_as_thanking() -> None:
    ada = fold(minutes().facts).customers[0]
    assert (ada.told, ada.answered, ada.waited, ada.mood, ada.words) == (
        True,
        True,
        300,
        Mood.THANKED,
        "Wow, thank you!",
    )
    assert (ada.came_back, ada.bought) == (False, False)


def test_words_from_before_the_tell_are_no_thanks() -> None:
    ada = fold(told(wrote(fixed(), "thanks for looking")).facts).customers[0]
    assert (ada.mood, ada.words) == (None, "")


def test_a_customer_who_is_seen_again_later_came_back() -> None:
    for later in (
        wrote(minutes(), "hello", after=120),
        minutes().then(CustomerPresence(customer="c1", online=True), after=120),
    ):
        assert fold(later.facts).customers[0].came_back
    gone = minutes().then(CustomerPresence(customer="c1", online=False), after=120)
    assert not fold(gone.facts).customers[0].came_back


@pytest.mark.parametrize(
    ("before", "after", "bought"),
    [
        ("trial", "basic", True),
        ("", "basic", True),
        ("basic", "basic", False),
        ("basic", "", False),
        ("basic", "premium", False),
    ],
    ids=["bought", "first plan", "the same", "left", "our gift"],
)
def test_another_plan_that_we_did_not_give_was_bought(before: str, after: str, bought: bool) -> None:
    story = fixed().then(AccountSeen(customer="c1", plan=before))
    given(story, UPGRADE).then(AccountSeen(customer="c1", plan=after), after=5)
    assert fold(story.facts).customers[0].bought is bought


def test_a_plan_that_was_not_known_before_was_not_bought() -> None:
    story = given(fixed()).then(AccountSeen(customer="c1", plan="basic"), after=5)
    assert not fold(story.facts).customers[0].bought


def test_who_was_left_in_peace_or_waits_still_is_not_told() -> None:
    story = waiting(fixed(), CustomerHint(name="Bo", email="bo@example.com"))
    story.then(TellSkipped(customers=("c2",)))
    assert [(c.name, c.told, c.skipped, c.waited) for c in fold(story.facts).customers] == [
        ("Ada", False, False, None),
        ("Bo", False, True, None),
    ]


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("Wow, thank you!", Mood.THANKED),
        ("great, it works again", Mood.THANKED),
        ("👍", Mood.THANKED),
        ("Thanks, the error is no longer there", Mood.THANKED),
        ("still broken", Mood.STILL_BROKEN),
        ("Thanks, but it doesn't work", Mood.STILL_BROKEN),
        ("I get the same error", Mood.STILL_BROKEN),
        ("It's not fixed", Mood.STILL_BROKEN),
        ("it keeps crashing", Mood.STILL_BROKEN),
        ("the page fails: error again, not working", Mood.STILL_BROKEN),
        ("How do I invite a colleague?", None),
        ("", None),
    ],
)
def test_thanks_and_complaints_are_told_apart(text: str, heard: Mood | None) -> None:
    assert mood(text) is heard

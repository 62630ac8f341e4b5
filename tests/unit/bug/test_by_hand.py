"""What somebody of the team writes to a customer outside of Makegood, as the trail learns of it."""

from datetime import timedelta
from typing import Any

import pytest

from bot.bug.arriving.arrivals import arrive
from bot.bug.course import course
from bot.bug.customers.customers import AccountSeen
from bot.bug.errors import Invalid
from bot.bug.gifts import gifts
from bot.bug.gifts.gifts import NotGranted
from bot.bug.money import Credit, Money
from bot.bug.telling import messages
from bot.bug.telling.messages import Delivered, NotDelivered
from bot.bug.values import CustomerHint, Inbound
from bot.bug.words import plain
from tests.unit.bug.story import ADA, ANNA, MONDAY, SYSTEM, Story, claimed, fixed, waiting

FIVE = Credit(money=Money(amount=500, currency="EUR"))
TELL = "The problem is solved, you can go on."


def ours(said: str, **more: Any) -> Inbound:
    known = {"source": "tawk", "conversation": "9", "event": "m9", "kind": "ours", "customer": ADA, "text": said}
    return Inbound.from_data({**known, "writer": "Sam", **more})


def pasting() -> Story:
    """The tell that a person was asked to paste."""
    story = fixed()
    story.then(gifts.tell(story.bug, ["c1"], TELL))
    seq = story.customer().messages[-1].seq
    return story.then(NotDelivered(message=seq, customer="c1", why="somebody has to paste it"), SYSTEM)


def test_an_answer_that_somebody_wrote_there_stops_the_silence_and_is_no_tell() -> None:
    story = waiting(claimed())
    story.then(arrive(story.bug, ours("Let me take a look."), story.now), SYSTEM)
    assert story.kinds[-1] == "wrote_outside"
    assert (story.customer().answered_at, story.customer().told_at) == (story.now, None)
    assert [c.id for c in story.bug.untold] == ["c1"]


@pytest.mark.parametrize("around", ["{}", "Hello Ada!\n{}\nBest, Sam", "  {}  "])
def test_words_that_were_to_be_pasted_are_passed_on_once_they_stand_there(around: str) -> None:
    story = pasting()
    words = around.format(TELL.upper())
    story.then(arrive(story.bug, ours(words), story.now), SYSTEM)
    assert story.kinds[-2:] == ["delivered", "owed"]
    assert story.customer().messages[-1].state == "by_hand"
    assert arrive(story.bug, ours(words), story.now) == (), "and once"


@pytest.mark.parametrize(
    "nobodys",
    [
        {"customer": CustomerHint(email="nobody@example.com")},
        {"said": ""},
        {"at": MONDAY - timedelta(days=1)},
    ],
    ids=["a stranger", "a picture", "from before"],
)
def test_what_is_not_about_this_bug_says_nothing(nobodys: dict[str, Any]) -> None:
    story = waiting(claimed())
    assert arrive(story.bug, ours(**{"said": "Hello", **nobodys}), story.now) == ()


def test_a_clock_that_is_ahead_counts_as_now() -> None:
    story = waiting(claimed())
    story.then(arrive(story.bug, ours("Hello", at=story.now + timedelta(hours=1)), story.now), SYSTEM)
    assert story.customer().answered_at == story.now


def test_the_line_names_who_wrote_and_where() -> None:
    story = waiting(claimed())
    story.then(arrive(story.bug, ours("Hello"), story.now), SYSTEM)
    assert "Sam" in str(story.facts[-1].event.line(story.bug, "x"))
    nameless = story.facts[-1].event.model_copy(update={"writer": ""})
    assert "Somebody of the team" in str(nameless.line(story.bug, "x"))


def test_a_tell_by_hand_is_told_at_once_and_the_fix_is_owed() -> None:
    story = fixed()
    story.then(messages.told_by_hand(story.bug, gifts.tell(story.bug, ["c1"], TELL)))
    assert story.kinds[-3:] == ["told", "delivered", "owed"]
    assert (story.customer().told_at, story.customer().messages[-1].state) == (story.now, "by_hand")


def test_who_knows_already_gets_a_further_word_and_stays_told() -> None:
    story = fixed()
    story.then(messages.told_by_hand(story.bug, gifts.tell(story.bug, ["c1"], TELL)))
    told_at = story.customer().told_at
    story.then(messages.reply(story.bug, ["c1"], " It was not your fault. "), after=5)
    assert (story.customer().messages[-1].text, story.customer().told_at) == ("It was not your fault.", told_at)
    with pytest.raises(Invalid):
        messages.reply(story.bug, ["c1"], " ")


def test_a_proper_fix_by_hand_leaves_nothing_owed() -> None:
    story = claimed()
    story.then(course.fixed(story.bug, ANNA, "rolled out 4.2", proper=True))
    assert story.kinds[-2:] == ["fixed", "closed"]


def test_who_has_no_account_is_known_to_have_none_and_gets_the_gift_later() -> None:
    story = fixed()
    story.then(AccountSeen(customer="c1", plan="", known=False), SYSTEM)
    assert story.customer().billed is False
    story.then(gifts.tell(story.bug, ["c1"], TELL, [FIVE]))
    seq = story.bug.seq
    lost = NotGranted(tell=seq, customer="c1", grant=FIVE, why="no account", homeless=True)
    story.then(lost, SYSTEM)
    assert "The message goes without it." in plain(lost.line(story.bug, "x").parts)
    story.then(Delivered(message=seq, customer="c1", state="delivered"), SYSTEM)
    assert story.customer().to_tell, "not told anew, but of what they get"
    assert gifts.tell(story.bug, ["c1"], "And this is for you.", [FIVE]).grants == (FIVE,)

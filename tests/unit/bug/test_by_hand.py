"""What somebody of the team writes to a customer outside of Makegood, as the trail learns of it."""

from datetime import timedelta
from typing import Any

import pytest

from bot.bug import gifts
from bot.bug.arrivals import arrive
from bot.bug.messages import NotDelivered
from bot.bug.values import CustomerHint, Inbound
from tests.unit.bug.story import ADA, MONDAY, SYSTEM, Story, claimed, fixed, waiting

TELL = "The problem is solved, you can go on."


def ours(said: str, **more: Any) -> Inbound:
    known = {"source": "tawk", "conversation": "9", "event": "m9", "kind": "ours", "customer": ADA, "text": said}
    return Inbound.model_validate({**known, "writer": "Sam", **more})


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

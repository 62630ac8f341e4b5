"""What is pinned in the thread, or has a pushpin on it, stands in the retro as it reads now."""

from typing import Literal

from bot.bug.course.conversation import Pinned, Said, SaidDeleted, SaidEdited, Unpinned
from bot.bug.retro.story import fold
from tests.unit.bug.story import ANNA, BEN, MONDAY, Story, claimed


def a_pin(via: Literal["pin", "reaction"] = "pin", text: str = "the crud was missing") -> Pinned:
    return Pinned(ts="1.1", via=via, at=MONDAY, user=BEN, text=text)


def pinned(story: Story) -> list[tuple[str, tuple[str, ...]]]:
    return [(pin.text, pin.pinned_by) for pin in fold(story.facts).pinned]


def test_a_pin_and_a_pushpin_on_the_same_message_are_one() -> None:
    story = claimed().then(a_pin()).then(a_pin(via="reaction"), by=BEN).then(a_pin(via="reaction"))
    assert pinned(story) == [("the crud was missing", (ANNA, BEN))]
    assert {ANNA, BEN} <= set(fold(story.facts).people)


def test_a_pin_that_somebody_else_takes_away_is_gone() -> None:
    assert pinned(claimed().then(a_pin()).then(Unpinned(ts="1.1", via="pin"), by=BEN)) == []


def test_a_pushpin_stays_as_long_as_one_is_left() -> None:
    story = claimed().then(a_pin(via="reaction")).then(a_pin(via="reaction"), by=BEN)
    story.then(Unpinned(ts="1.1", via="reaction"))
    assert pinned(story) == [("the crud was missing", (BEN,))]
    assert pinned(story.then(Unpinned(ts="9.9", via="reaction"))) == [("the crud was missing", (BEN,))]


def test_it_reads_as_it_was_edited_and_goes_with_its_message() -> None:
    story = claimed().then(Said(user=BEN, ts="1.1", text="teh crud")).then(a_pin(text="teh crud"))
    story.then(SaidEdited(user=BEN, ts="1.1", text="the crud"))
    assert pinned(story) == [("the crud", (ANNA,))]
    assert pinned(story.then(SaidDeleted(user=BEN, ts="1.1"))) == []

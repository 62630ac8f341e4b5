"""A proper fix that nobody will make: somebody else than who owes it says so, or who is alone types how often it happened."""

from dataclasses import replace

import pytest

from bot.bug.bug import Status
from bot.bug.course.ownership import HandedOver
from bot.bug.debt.waiving import Waived, waive, word
from bot.bug.errors import Invalid, NotAllowed, Refused
from bot.bug.retro.story import fold
from bot.bug.retro.summary import sum_up
from bot.bug.words import plain
from tests.unit.bug.story import ANNA, BEN, Story, claimed, fixed, told

WHY = "the page goes next month"


def owed() -> Story:
    """Anna owes it; it happened 12 times."""
    return told(fixed())


def test_somebody_else_waives_it_and_says_why() -> None:
    story = owed()
    story.then(waive(story.bug, BEN, WHY), BEN)
    assert story.bug.status is Status.CLOSED
    assert story.bug.closed_why == f"the proper fix was waived: {WHY}"
    assert story.bug.debt
    assert (story.bug.debt.waived_by, story.bug.debt.due_still) == (BEN, False)
    assert sum_up([fold(story.facts)]).owed == 0
    assert story.bug.unseen == ()


def test_who_owes_it_leaves_it_to_others() -> None:
    with pytest.raises(NotAllowed, match="`/bug waive BUG-17 why`"):
        waive(owed().bug, ANNA, WHY, typed="12")


@pytest.mark.parametrize("typed", ["", "11", "12x"])
def test_who_is_alone_types_how_often_it_happened(typed: str) -> None:
    with pytest.raises(Invalid, match="how often it happened: 12"):
        waive(owed().bug, ANNA, WHY, alone=True, typed=typed)


def test_then_it_is_waived_aloud_and_waits_to_be_seen() -> None:
    story = owed()
    story.then(waive(story.bug, ANNA, WHY, alone=True, typed=" 12 "))
    line = story.facts[-1].event.line(story.bug, ANNA)
    assert line
    assert line.loud
    assert plain(line.parts) == f"{ANNA}, alone here, waived the proper fix and typed 12: {WHY}"
    assert [one.what for one in story.bug.unseen] == ["waived the proper fix"]


def test_alone_or_not_it_takes_a_reason() -> None:
    for by, alone in ((BEN, False), (ANNA, True)):
        with pytest.raises(Invalid, match="Say why nobody makes it"):
            waive(owed().bug, by, " . ", alone=alone, typed="12")


def test_a_bug_that_was_never_counted_is_named_instead() -> None:
    assert word(replace(owed().bug, occurrences=0)) == ("BUG-17", "the bug's number")


def test_only_what_is_owed_is_waived() -> None:
    with pytest.raises(Refused, match="being worked on"):
        waive(claimed().bug, BEN, WHY)


def test_a_waiver_of_what_the_bug_does_not_know_to_be_owed_is_still_told() -> None:
    assert Waived(reason=WHY).apply(claimed().bug, claimed().now, BEN).closed_why.endswith(WHY)


def test_who_handed_it_on_does_not_waive_it_either() -> None:
    story = owed()
    story.then(HandedOver(owner=BEN))
    for by in (ANNA, BEN):
        with pytest.raises(NotAllowed, match="or did before"):
            waive(story.bug, by, WHY)

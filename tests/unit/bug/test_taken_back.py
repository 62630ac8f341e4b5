"""Who ran a fix takes it back alone within ten minutes; nobody else does, and nobody later."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.bug.errors import Refused
from bot.bug.fixes.approval import confirm
from bot.bug.fixes.fix import RunState
from bot.bug.fixes.rules import soon_by, taken_back_soon
from tests.unit.bug.story import ANNA, BEN, asked, claimed, fix, ran, waits

TABLE = [
    # who asks for the undo, minutes after the run, whether it needs nobody else
    (ANNA, 0, True),
    (ANNA, 10, True),
    (ANNA, 10.1, False),
    (BEN, 1, False),
]


@pytest.mark.parametrize(("by", "after", "alone"), TABLE)
def test_who_takes_back_what_they_ran(by: str, after: float, alone: bool) -> None:
    story = ran(waits(BEN))
    undo = replace(fix(story), run=2, undo_of=1, by=by, at=story.now + timedelta(minutes=after))
    assert taken_back_soon(story.bug, undo) is alone


def test_a_fix_that_is_no_undo_is_not_taken_back() -> None:
    assert not taken_back_soon(ran(waits(BEN)).bug, fix(ran(waits(BEN))))


def test_before_its_end_nothing_is_taken_back() -> None:
    story = asked(claimed())
    assert not soon_by(fix(story), ANNA, story.now)


def test_a_preview_that_lay_there_too_long_is_asked_for_again() -> None:
    story = ran(waits(BEN))
    undo = replace(fix(story), run=2, undo_of=1, by=ANNA, at=story.now + timedelta(minutes=9), state=RunState.PREVIEWED)
    bug = replace(story.bug, fixes=(*story.bug.fixes, undo))
    with pytest.raises(Refused, match="more than 10 minutes ago"):
        confirm(bug, ANNA, 2, undo.digest, now=story.now + timedelta(minutes=23))

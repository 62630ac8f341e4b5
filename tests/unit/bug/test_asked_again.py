"""A run that came to nothing is asked for again with all that was filled in; one that somebody said no to is not."""

from datetime import timedelta

import pytest

from bot.bug.errors import NotAllowed, Refused
from bot.bug.fixes import asking, review
from bot.bug.fixes.fix import RunState
from bot.bug.fixes.run import FixLapsed
from bot.bug.words import plain
from tests.unit.bug.story import ANNA, BEN, SYSTEM, Story, approver, asked, claimed, confirmed, fix, ran, waits


def lapsed() -> Story:
    return waits().then(FixLapsed(run=1, why="nobody approved it"), SYSTEM)


def again(story: Story, run: int = 1, by: str = BEN) -> Story:
    before = review.asked_again(story.bug, by, run)
    return story.then(asking.ask_again(story.bug, by, before, view="V1"), by)


def test_what_lapsed_is_asked_for_again_by_anybody_as_it_was_filled_in() -> None:
    story = again(lapsed())
    new = fix(story, 2)
    assert (new.by, new.revises, new.params, new.reason, new.view) == (BEN, 1, fix(story).params, "bad row", "V1")
    said = story.facts[-1].event.line(story.bug, BEN)
    assert said
    assert "asks again for" in plain(said.parts)


def test_what_failed_too_and_only_once() -> None:
    story = again(ran(confirmed(asked(claimed())), "failed"))
    with pytest.raises(Refused, match="asked for again already: it is run 2 now"):
        review.asked_again(story.bug, ANNA, 1)


def test_an_undo_that_failed_is_asked_for_as_an_undo() -> None:
    story = ran(confirmed(asked(claimed())))
    story.then(asking.ask_undo(story.bug, ANNA, 1, "the wrong row"))
    story.then(FixLapsed(run=2, why="production is frozen"), SYSTEM)
    again(story, 2, ANNA)
    assert (fix(story, 3).undo_of, fix(story, 3).revises, fix(story, 3).reason) == (1, 2, "the wrong row")


def test_what_was_sent_back_is_for_who_asked() -> None:
    story = waits()
    story.then(review.send_back(story.bug, approver(), 1, "d1", "only menu 14"), BEN)
    assert review.asked_again(story.bug, ANNA, 1).state is RunState.SENT_BACK
    with pytest.raises(NotAllowed, match="who asked for it, can revise it"):
        review.asked_again(story.bug, BEN, 1)


def test_what_worked_or_waits_is_not_asked_again() -> None:
    with pytest.raises(Refused, match="is waiting for approval, so there is nothing to ask again"):
        review.asked_again(waits().bug, ANNA, 1)
    with pytest.raises(Refused, match="is done, so"):
        review.asked_again(ran(confirmed(asked(claimed()))).bug, ANNA, 1)


def test_a_revision_still_says_that_it_is_one() -> None:
    story = waits()
    story.then(review.send_back(story.bug, approver(), 1, "d1", "only menu 14"), BEN)
    story.now += timedelta(minutes=1)
    story.then(asking.ask(story.bug, ANNA, "delete-row", {"table": "menus", "key": "14"}, "bad row", revises=1))
    said = story.facts[-1].event.line(story.bug, ANNA)
    assert said
    assert " revises " in plain(said.parts)

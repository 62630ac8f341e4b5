"""Whoever was let through on Slack's earlier word is checked afterwards, once, and named if they should not have acted."""

from bot.bug.permissions.tolerance import ActedUnchecked, CheckedAfter
from bot.bug.words import plain
from tests.unit.bug.story import ANNA, BEN, SYSTEM, Story, claimed


def acted(*people: tuple[str, str]) -> Story:
    story = claimed()
    for user, duty in people:
        story.then(ActedUnchecked(user=user, duty=duty), user)
    return story


def waiting(story: Story) -> list[tuple[str, str]]:
    return [(one.user, one.duty) for one in story.bug.unchecked]


def test_each_is_to_be_checked_once_for_each_duty() -> None:
    assert waiting(acted((ANNA, "run"), (BEN, "act"), (ANNA, "run"), (ANNA, "act"))) == [
        (BEN, "act"),
        (ANNA, "run"),
        (ANNA, "act"),
    ]


def test_who_was_fit_is_no_news() -> None:
    story = acted((ANNA, "run"), (BEN, "run")).then(CheckedAfter(user=ANNA, duty="run"), SYSTEM)
    assert waiting(story) == [(BEN, "run")]
    assert story.facts[-1].event.line(story.bug, "") is None


def test_who_was_not_is_named_with_the_reason() -> None:
    story = acted((BEN, "run")).then(CheckedAfter(user=BEN, duty="run", why="This account is deactivated."), SYSTEM)
    said = story.facts[-1].event.line(story.bug, "")
    assert said
    assert "should not have: This account is deactivated" in plain(said.parts)

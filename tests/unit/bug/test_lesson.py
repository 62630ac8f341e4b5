"""How a bug got into production: one line or Skip, after it is closed."""

import pytest

from bot.bug.course import Paid
from bot.bug.errors import Invalid, Refused
from bot.bug.retro import lesson
from bot.bug.retro.model import QUESTIONS
from bot.bug.retro.story import fold
from bot.bug.words import plain
from bot.slack.views.retro.view import text
from tests.unit.bug.story import ANNA, Story, fixed, told


def closed() -> Story:
    return told(fixed()).then(Paid(how="PR 212"))


def test_it_keeps_no_bug_open() -> None:
    assert closed().bug.closed_at


def test_before_it_is_closed_there_is_no_question() -> None:
    with pytest.raises(Refused, match="only the proper fix is owed"):
        lesson.write(told(fixed()).bug, "nobody tests menus")


def test_a_line_stands_in_the_trail_and_in_the_retro() -> None:
    story = closed()
    story.then(lesson.write(story.bug, " nobody tests menus "))
    line = story.facts[-1].event.line(story.bug, ANNA)
    assert line
    assert plain(line.parts) == f"{ANNA} on how it got into production: “nobody tests menus”"
    retro = fold(story.facts)
    assert (retro.lesson, retro.questions) == ("nobody tests menus", QUESTIONS[1:])
    assert "How did it get into production? nobody tests menus" in text(retro, {})


def test_a_line_that_says_nothing_is_none() -> None:
    with pytest.raises(Invalid, match="One line"):
        lesson.write(closed().bug, " ")


def test_what_is_skipped_is_not_asked_in_the_retro_and_not_skipped_twice() -> None:
    story = closed()
    story.then(lesson.skip(story.bug))
    assert fold(story.facts).questions == QUESTIONS[1:]
    with pytest.raises(Refused, match="answered already"):
        lesson.skip(story.bug)

"""How a bug got into production: one line or Skip, after it is closed."""

from dataclasses import replace

import pytest

from bot.bug.bug import Status
from bot.bug.debt.debt import Paid
from bot.bug.errors import Invalid, Refused
from bot.bug.retro import lesson
from bot.bug.retro.model import QUESTIONS
from bot.bug.retro.story import fold
from bot.bug.words import plain
from bot.ledger import codec
from bot.slack.views.retro.view import text
from tests.unit.bug.story import ANNA, BEN, Story, fixed, told


def closed() -> Story:
    return told(fixed()).then(Paid(how="PR 212"))


def test_it_keeps_no_bug_open() -> None:
    assert closed().bug.closed_at


def test_it_may_be_said_before_the_bug_is_closed() -> None:
    story = told(fixed())
    story.then(lesson.write(story.bug, "nobody tests menus"))
    assert (story.bug.lesson, story.bug.status) == ("nobody tests menus", Status.OWED)


def test_of_a_merged_bug_nothing_is_said() -> None:
    with pytest.raises(Refused, match="go on there"):
        lesson.write(replace(closed().bug, status=Status.MERGED, merged_into=2), "nobody tests menus")


def test_a_line_stands_in_the_trail_and_in_the_retro() -> None:
    story = closed()
    story.then(lesson.write(story.bug, " nobody tests menus "))
    line = story.facts[-1].event.line(story.bug, ANNA)
    assert line
    assert plain(line.parts) == f"{ANNA} on how it got into production: “nobody tests menus”"
    retro = fold(story.facts)
    assert (retro.lesson, retro.questions) == ("nobody tests menus", QUESTIONS[1:])
    assert f"*How did it get into production?* nobody tests menus ({ANNA})" in text(retro, {})


def test_a_line_that_says_nothing_is_none() -> None:
    with pytest.raises(Invalid, match="One line"):
        lesson.write(closed().bug, " ")


def test_what_is_skipped_is_not_asked_in_the_retro_and_not_skipped_twice() -> None:
    story = closed()
    story.then(lesson.skip(story.bug))
    assert fold(story.facts).questions == QUESTIONS[1:]
    with pytest.raises(Refused, match="answered already"):
        lesson.skip(story.bug)


def test_causes_alone_are_an_answer() -> None:
    story = closed()
    story.then(lesson.answers(story.bug, "", ("no_test", "staging"), ""))
    assert said(story) == [f"{ANNA} on how it got into production: No test covered it, live and staging differ"]
    assert fold(story.facts).questions == QUESTIONS[1:]
    with pytest.raises(Refused, match="answered already"):
        lesson.skip(story.bug)


def test_only_what_is_new_is_written() -> None:
    story = closed()
    story.then(lesson.answers(story.bug, "nobody tests menus", ("no_test",), "we were quick"))
    before = len(story.facts)
    assert lesson.answers(story.bug, "nobody tests menus ", ("no_test",), " we were quick") == ()
    story.then(lesson.answers(story.bug, "nobody tests menus", ("no_test",), "we were slow"))
    assert len(story.facts) == before + 1
    assert said(story) == [f"{ANNA} changed how we did: “we were slow”"]


def test_a_change_says_whose_words_it_replaces() -> None:
    story = closed()
    story.then(lesson.answers(story.bug, "nobody tests menus", (), ""))
    story.then(lesson.answers(story.bug, "the review was skipped", ("review",), ""), by=BEN)
    head = f"{BEN} changed how it got into production (until now in the words of {ANNA}): "
    assert said(story, BEN) == [f"{head}The review missed it, or there was none · “the review was skipped”"]
    assert (story.bug.lesson_by, story.bug.answered) == (BEN, story.bug.seq)


def test_how_we_did_can_be_taken_back() -> None:
    story = closed()
    story.then(lesson.answers(story.bug, "", ("data",), "badly"))
    story.then(lesson.answers(story.bug, "", ("data",), ""))
    assert said(story) == [f"{ANNA} changed how we did: nothing any more"]


def test_a_line_alone_keeps_the_causes() -> None:
    story = closed()
    story.then(lesson.answers(story.bug, "", ("data",), ""))
    story.then(lesson.write(story.bug, "a menu without a crud"))
    assert (story.bug.causes, story.bug.lesson) == (("data",), "a menu without a crud")


def test_a_cause_that_a_newer_version_knows_still_reads() -> None:
    assert lesson.named(["no_test", "moon"]) == "No test covered it, moon"


def test_what_was_stored_before_there_were_causes_still_loads() -> None:
    event = codec.load("lesson_written", "{}", '{"text":"nobody tests menus"}')
    assert event == lesson.LessonWritten(text="nobody tests menus")


def said(story: Story, by: str = ANNA) -> list[str]:
    """The sentence of the newest entry."""
    words = story.facts[-1].event.line(story.bug, by)
    return [plain(words.parts)] if words else []

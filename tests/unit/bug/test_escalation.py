"""Who is asked when, while a fix waits: at first, next, and when who asked may go on alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.bug.errors import Refused
from bot.bug.fixes import approval
from bot.bug.fixes.escalation import ask_next, first, glass_at, next_at
from bot.bug.words import plain
from tests.unit.bug.story import (
    ANNA,
    BEN,
    CLEO,
    SYSTEM,
    Story,
    approver,
    asked,
    claimed,
    confirmed,
    fix,
    waiting,
    waits,
)


def online() -> Story:
    """Ada is there while Anna's fix waits for Ben."""
    story = confirmed(asked(waiting(claimed()), approvals=1), BEN)
    there = tuple(replace(c, online=True) for c in story.bug.customers)
    story.bug = replace(story.bug, customers=there)
    return story


def next_(story: Story, minutes: float, *able: str) -> Story:
    return story.then(ask_next(story.bug, 1, able, story.now + timedelta(minutes=minutes)), SYSTEM, minutes)


def test_those_on_call_are_kept_for_later_unless_the_others_are_too_few() -> None:
    assert first((BEN, CLEO), frozenset({CLEO}), 1) == (BEN,)
    assert first((BEN, CLEO), frozenset({CLEO}), 2) == (BEN, CLEO)
    assert first((CLEO,), frozenset({CLEO}), 1) == (CLEO,)


def test_the_next_are_asked_after_two_minutes_while_a_customer_is_there_else_at_half_the_time() -> None:
    assert next_at(online().bug, fix(online())) == online().now + timedelta(minutes=2)
    story = waits(BEN)
    assert next_at(story.bug, fix(story)) == story.now + timedelta(minutes=7.5)
    alone = waits()
    assert next_at(alone.bug, replace(fix(alone), asked=())) is None


def test_they_are_asked_once_and_only_those_who_were_not() -> None:
    story = next_(online(), 1.9, BEN, CLEO, ANNA)
    assert fix(story).asked == (BEN,)
    next_(story, 0.2, BEN, CLEO, ANNA)
    assert (fix(story).asked, fix(story).next_asked) == ((BEN, CLEO), (CLEO,))
    said = story.facts[-1].event.line(story.bug, "")
    assert said
    assert "Nobody has answered yet" in plain(said.parts)
    assert ask_next(story.bug, 1, (BEN, CLEO), story.now + timedelta(minutes=9)) is None
    story.then(approval.approve(story.bug, approver(CLEO), 1, "d1", story.now), CLEO)
    assert ask_next(story.bug, 1, (BEN, CLEO), story.now) is None
    assert ask_next(story.bug, 2, (BEN, CLEO), story.now) is None


def test_where_nobody_else_is_there_it_is_noted_and_nobody_reads_of_it() -> None:
    story = next_(online(), 2, BEN)
    assert story.facts[-1].event.line(story.bug, "") is None
    assert next_at(story.bug, fix(story)) is None
    assert glass_at(fix(story)) == story.now


def test_the_next_have_a_minute_before_who_asked_goes_on_alone() -> None:
    story = online()
    assert glass_at(fix(story)) == story.now + timedelta(minutes=2)
    next_(story, 2, BEN, CLEO)
    with pytest.raises(Refused, match="Give the approvers until"):
        approval.break_glass(story.bug, ANNA, 1, "d1", now=story.now, reason="nobody is here")
    later = story.now + timedelta(minutes=1)
    assert approval.break_glass(story.bug, ANNA, 1, "d1", now=later, reason="nobody is here").break_glass
    assert glass_at(replace(fix(story), asked=())) == fix(story).confirmed_at
    assert glass_at(replace(fix(story), asked=(), confirmed_at=None)) == fix(story).at

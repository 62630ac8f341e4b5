"""When an approver is reminded: soon while a customer is there, else at half the time that the request is good for."""

from dataclasses import replace
from datetime import timedelta

from bot.bug.fixes.escalation import remind_at
from tests.unit.bug.story import BEN, asked, claimed, confirmed, fix, waiting, waits


def test_at_half_its_time() -> None:
    story = waits(BEN)
    assert remind_at(story.bug, fix(story)) == story.now + timedelta(minutes=7.5)


def test_within_a_minute_while_a_customer_is_there() -> None:
    story = confirmed(asked(waiting(claimed()), approvals=1), BEN)
    there = tuple(replace(c, online=True) for c in story.bug.customers)
    assert remind_at(replace(story.bug, customers=there), fix(story)) == story.now + timedelta(seconds=60)


def test_nobody_is_reminded_who_was_not_asked() -> None:
    story = asked(claimed(), approvals=1)
    assert remind_at(story.bug, fix(story)) is None

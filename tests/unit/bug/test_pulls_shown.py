"""What people read of pull requests: in the thread, and on the card."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.bug.bug import Status
from bot.bug.debt import pulls
from bot.bug.debt.pull import Checks, Role, shown
from bot.bug.debt.pulls import PullChecked, PullSeen
from tests.unit.bug.merging import BACK, FIX, GITHUB, LATER, MERGED, OPEN, checks, lines, owed, pull, sees, stands
from tests.unit.bug.story import (
    MONDAY,
    Story,
    opened,
)


def test_whoever_has_a_fork_fills_no_thread() -> None:
    fork = replace(OPEN, fork=True, role="mentions")
    story = sees(opened(), fork)
    for minute in range(1, 20):
        role: Role = "fixes" if minute % 2 else "none"
        sees(story, replace(fork, role=role, title=f"{minute}", at=MONDAY + timedelta(minutes=minute)))
    assert lines(story, 20) == []
    assert lines(sees(story, replace(MERGED, fork=True)), 1) == ["PR 212 “Keep the index whole” was merged by ben"]


@pytest.mark.parametrize(
    ("other", "did", "said"),
    [
        ({"role": "none"}, "changed", ["PR 212 “Keep the index whole” now does not name BUG-17 any more"]),
        ({"conflict": True}, "changed", [f"{FIX} and has a conflict with main"]),
        ({"head": "c2"}, "updated", []),
        ({"title": "Keep all"}, "updated", []),
        ({"state": "closed"}, "closed", ["PR 212 “Keep the index whole” was closed by ada without a merge"]),
    ],
)  # fmt: skip
def test_people_read_only_what_changes_something_for_them(other: dict[str, Any], did: str, said: list[str]) -> None:
    story = sees(opened(), OPEN, replace(OPEN, at=LATER, **other))
    last = story.facts[-1].event
    assert isinstance(last, PullSeen)
    assert (last.did, lines(story, 1)) == (did, said)


def test_one_that_was_closed_may_be_opened_again() -> None:
    closed = replace(OPEN, state="closed", at=LATER)
    story = sees(opened(), closed, replace(OPEN, at=LATER + timedelta(minutes=5)))
    assert lines(story, 2)[1] == "PR 212 “Keep the index whole” was opened again by ada"
    assert pull(story).standing == "open, no checks yet"


def test_a_conflict_is_known_until_the_forge_says_otherwise_or_somebody_pushes() -> None:
    story = sees(opened(), replace(OPEN, conflict=True), replace(OPEN, at=LATER, title="New"))
    assert pull(story).standing == "conflict with main"
    sees(story, replace(OPEN, at=LATER + timedelta(minutes=1), head="c2"))
    assert pull(story).conflict is None


def test_checks_are_said_as_people_ask_for_them() -> None:
    story = sees(opened(), replace(OPEN, conflict=True))
    steps: list[tuple[dict[str, Any], str | None, list[str]]] = [
        ({"running": 8}, "tests run, conflict with main", []),
        ({"running": 5, "passed": 3}, None, []),
        ({"running": 4, "passed": 3, "failed": 1}, "1 of 8 checks failed, conflict with main", ["PR 212: 1 of 8 checks failed"]),
        ({"passed": 8}, "8 checks passed, conflict with main", ["PR 212: 8 checks passed"]),
    ]  # fmt: skip
    for how, standing, said in steps:
        news = checks(story, **how)
        assert (news is None) == (standing is None)
        story.then(news, GITHUB, after=1)
        if standing:
            assert (pull(story).standing, lines(story, 1)) == (standing, said)


def test_failed_checks_are_named() -> None:
    story = sees(opened(), OPEN)
    told_ = PullChecked(forge="github", repo="1", number=212, head="c1", failed=1, failing="lint")
    assert lines(story.then(told_, GITHUB), 1) == ["PR 212: 1 of 1 check failed (lint)"]


def test_checks_of_another_commit_or_of_what_is_over_say_nothing() -> None:
    story = sees(opened(), OPEN)
    assert checks(story, head="c0", failed=1) is None
    assert pulls.checked(story.bug, PullChecked(forge="github", repo="1", number=9, head="c1", failed=1)) is None
    late = PullChecked(forge="github", repo="1", number=212, head="c0", failed=1)
    assert pull(story.then(late, GITHUB)).checks == Checks()
    sees(story, MERGED)
    assert checks(story, failed=1) is None


def test_a_push_begins_the_checks_anew() -> None:
    story = sees(opened(), OPEN)
    story.then(checks(story, failed=1), GITHUB)
    assert pull(sees(story, replace(OPEN, at=LATER, head="c2"))).checks == Checks()


def test_a_draft_a_fork_and_gitlabs_name_are_said() -> None:
    story = sees(opened(), replace(OPEN, forge="gitlab", state="draft", fork=True))
    (found,) = story.bug.pulls
    assert (found.name, found.standing) == ("MR 212", "draft")
    assert lines(story, 1) == ["MR 212 “Keep the index whole” by ada from a fork is the proper fix of BUG-17"]


def test_what_was_merged_elsewhere_says_so_on_the_card() -> None:
    assert replace(MERGED, base="next", counts=False).standing == "merged into next, which is not what people use"
    assert (MERGED.standing, replace(OPEN, state="closed").standing) == ("merged", "closed without a merge")


def test_the_card_shows_the_open_ones_first_and_no_mere_mention() -> None:
    mention, old = replace(OPEN, number=1, role="mentions"), replace(MERGED, number=2)
    assert [x.number for x in shown((old, mention, OPEN, BACK))] == [220, 212, 2]


def toggled(story: Story, times: int, every: timedelta = timedelta(minutes=1)) -> Story:
    """A member writes the bug's name into the title, and takes it out again, over and over."""
    for turn in range(1, times + 1):
        role: Role = "none" if turn % 2 else "fixes"
        sees(story, replace(OPEN, role=role, at=MONDAY + turn * every))
    return story


def test_whoever_turns_a_title_on_and_off_fills_no_thread() -> None:
    story = toggled(sees(opened(), OPEN), 40)
    said = lines(story, 40)
    assert len(said) == 5
    assert said[-1].endswith("It has changed often today: how it stands from now on says the card")
    assert pull(story).role == "fixes"
    sees(story, replace(OPEN, state="closed", at=MONDAY + timedelta(hours=1)))
    assert lines(story, 1) == []
    assert pull(story).standing == "closed without a merge"


def test_a_merge_is_said_however_often_it_turned_before() -> None:
    story = sees(toggled(sees(owed(), OPEN), 40), MERGED)
    assert stands(story) is Status.CLOSED
    assert lines(story, 2)[0] == "PR 212 “Keep the index whole” was merged by ben"


def test_the_next_day_people_read_of_it_again() -> None:
    story = toggled(sees(opened(), OPEN), 8, every=timedelta(hours=7))
    assert len(lines(story, 8)) == 8

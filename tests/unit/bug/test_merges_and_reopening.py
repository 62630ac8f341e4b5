"""Whether a merge pays depends on when it happened in the world, and never on when its forge told of it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.bug.bug import Status
from bot.bug.course import course
from bot.bug.course.course import CameBack, Merged, Reopened
from bot.bug.debt import pulls
from bot.bug.debt.pull import Pull
from tests.unit.bug.merging import GITHUB, MERGED, OPEN, lines, owed, pull, sees, stands
from tests.unit.bug.story import ANNA, MONDAY, Story, opened

END = 100
"""The minute at which somebody says that it works, after everything else."""


class Opens(NamedTuple):
    """The bug opens again: nothing before it mended it."""

    at: int
    how: Literal["reopened", "came back"]


class Merge(NamedTuple):
    """A pull request is merged at minute `at`, of which we hear at `told`; `named`: that it was open was told at once."""

    at: int
    told: int
    named: bool


minutes = st.integers(1, END - 1)
openings = st.lists(st.builds(Opens, minutes, st.sampled_from(["reopened", "came back"])), max_size=3)
merges = st.lists(st.builds(Merge, minutes, minutes, st.booleans()), max_size=3)


def minute(number: float) -> datetime:
    return MONDAY + timedelta(minutes=number)


def merged(number: int, one: Merge) -> Pull:
    return replace(MERGED, number=number, at=minute(one.at), merged_at=minute(one.at))


def lived(opens: list[Opens], merges: list[Merge]) -> Story:
    """What happens, in the order in which we hear of it: the bug is fixed on somebody's word before it opens again, and at the end."""
    story = opened()
    heard: list[tuple[float, Opens | Pull]] = [(x.at, x) for x in opens]
    for number, one in enumerate(merges, 1):
        if one.named:
            heard.append((0, replace(OPEN, number=number, at=minute(-1))))
        heard.append((max(one.told, one.at) + 0.5, merged(number, one)))
    for at, what in sorted(heard, key=lambda pair: pair[0]):
        story.now = minute(at)
        if isinstance(what, Pull):
            sees(story, what)
            continue
        story.then(course.fixed(story.bug, ANNA, "it is out"))
        story.then(Reopened(reason="still 500") if what.how == "reopened" else CameBack(occurrences=13))
    story.now = minute(END)
    return story.then(course.fixed(story.bug, ANNA, "it is out"))


@settings(max_examples=150, deadline=None)
@given(openings, merges)
def test_what_was_merged_since_the_bug_last_opened_pays_and_nothing_else_does(
    opens: list[Opens], merges: list[Merge]
) -> None:
    begun = max((x.at for x in opens), default=0)
    merges = [one for one in merges if one.at != begun]  # in the same minute it may be either
    story = lived(opens, merges)
    paid = story.bug.debt is not None and story.bug.debt.paid_at is not None
    assert paid == any(one.at > begun for one in merges)


def test_a_merge_before_the_bug_opened_again_says_why_it_pays_nothing() -> None:
    story = owed()
    story.then(Reopened(reason="still 500"), after=60)
    before = story.now - timedelta(minutes=5)
    story.then(course.fixed(story.bug, ANNA), after=5)
    sees(story, replace(MERGED, at=before, merged_at=before))
    assert stands(story) is Status.FIXED
    assert "that was before BUG-17 opened again, so nothing is paid by that. If it is the fix:" in lines(story, 1)[0]


def test_what_did_not_mend_a_bug_does_not_pay_for_the_one_that_goes_on_for_both() -> None:
    ending, into = sees(opened(3), MERGED), owed()
    ending.then(Reopened(reason="still 500"), after=60)
    into.then(course.absorbed(into.bug, ending.bug), after=90)
    assert ending.then(Merged(into=17)).bug.status is Status.MERGED
    assert stands(into) is Status.OWED
    assert not pull(into).pays
    assert "the bug was open again after it, so nothing is paid by that" in lines(into, 1)[0]
    assert pulls.seen(into.bug, MERGED) is None
    assert into.facts[-1].by != GITHUB

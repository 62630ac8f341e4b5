"""What the team changes after a bug: tasks with an owner and a day, settled by people or by their cards on the board."""

from datetime import timedelta

import pytest

from bot.bug.bug import BoardCard, Task
from bot.bug.errors import Invalid, Refused
from bot.bug.retro import tasks
from bot.bug.retro.story import fold
from bot.bug.retro.tasks import TaskCardGone, TaskCardMade, TaskMoved, Wanted
from bot.bug.words import plain
from tests.unit.bug.story import ANNA, BEN, CLEO, MONDAY, Story, fixed, told

FRIDAY = MONDAY + timedelta(days=4)
TEST = Wanted("a test for menus without a crud", BEN, FRIDAY)


def with_a_task() -> Story:
    story = told(fixed())
    return story.then(tasks.add(story.bug, [TEST], MONDAY))


def task(story: Story) -> Task:
    return story.bug.tasks[0]


def said(story: Story, by: str = ANNA) -> str:
    words = story.facts[-1].event.line(story.bug, by)
    return plain(words.parts) if words else ""


def test_a_task_has_words_an_owner_and_a_day() -> None:
    story = with_a_task()
    assert (task(story).what, task(story).owner, task(story).due, task(story).state) == (*TEST, "open")
    assert said(story) == f"{ANNA} adds task 1: a test for menus without a crud · {BEN} by Fri 28 Nov"
    retro = fold(story.facts)
    assert retro.tasks == story.bug.tasks
    assert BEN in retro.people
    assert "What do we change?" not in retro.questions


def test_several_at_once_are_numbered_on() -> None:
    story = with_a_task()
    added = tasks.add(story.bug, [TEST._replace(what="one"), TEST._replace(what=" two\nlines ")], MONDAY)
    assert [(x.task, x.what) for x in added] == [(2, "one"), (3, "two lines")]


@pytest.mark.parametrize(
    ("wanted", "field"), [(TEST._replace(what=" "), "what"), (TEST._replace(due=MONDAY - timedelta(days=2)), "due")]
)
def test_a_task_without_words_or_for_a_day_that_is_over_is_none(wanted: Wanted, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        tasks.add(told(fixed()).bug, [wanted], MONDAY)
    assert list(refused.value.fields) == [field]


def test_a_retro_takes_only_so_many() -> None:
    with pytest.raises(Refused, match="a retro takes 50"):
        tasks.add(with_a_task().bug, [TEST] * tasks.MOST, MONDAY)


def test_a_task_may_become_somebody_elses_for_another_day() -> None:
    story = with_a_task()
    other = Wanted("two tests", CLEO, FRIDAY + timedelta(days=7))
    story.then(tasks.change(story.bug, 1, other, MONDAY))
    assert (task(story).what, task(story).owner, task(story).due) == other
    assert said(story) == f"{ANNA} changes task 1: two tests · {CLEO} by Fri 05 Dec"
    assert tasks.change(story.bug, 1, other, MONDAY) == ()


def test_an_overdue_task_can_be_reworded_without_another_day() -> None:
    story = with_a_task()
    (changed,) = tasks.change(story.bug, 1, TEST._replace(what="a test"), FRIDAY + timedelta(days=9))
    assert changed.due == FRIDAY


def test_a_person_settles_it_and_opens_it_again() -> None:
    story = with_a_task()
    story.then(tasks.settle(story.bug, 1, "done"))
    assert (task(story).state, task(story).ended_by) == ("done", ANNA)
    assert said(story) == f"{ANNA} did task 1: a test for menus without a crud"
    with pytest.raises(Refused, match="done already"):
        tasks.settle(story.bug, 1, "done")
    with pytest.raises(Refused, match="Open it again first"):
        tasks.change(story.bug, 1, TEST, MONDAY)
    story.then(tasks.settle(story.bug, 1, "open"))
    assert (task(story).state, task(story).ended_by, task(story).ended_at) == ("open", "", None)
    story.then(tasks.settle(story.bug, 1, "dropped", " the page goes away "))
    assert said(story) == f"{ANNA} drops task 1: a test for menus without a crud: the page goes away"


def test_what_is_not_there_is_said_to_be_missing() -> None:
    story = with_a_task()
    with pytest.raises(Refused, match="has no task 7"):
        tasks.settle(story.bug, 7, "done")
    with pytest.raises(Refused, match="has no task 7"):
        tasks.change(story.bug, 7, TEST, MONDAY)
    later = story.then(TaskMoved(task=7, stage="Done", state="done"))
    assert task(later).state == "open"
    assert said(later.then(tasks.TaskSettled(task=7, state="done"))) == f"{ANNA} did task 7"


def test_its_card_in_done_settles_it_and_back_out_of_done_opens_it() -> None:
    story = with_a_task().then(TaskCardMade(task=1, id="5f", url="https://trello.com/c/ab"))
    assert said(story) == "Task 1 has a board card"
    story.then(TaskMoved(task=1, stage="Doing", by="ben"))
    assert said(story) == "ben moved task 1 to Doing"
    assert (task(story).state, task(story).board) == (
        "open",
        BoardCard(id="5f", url="https://trello.com/c/ab", stage="Doing"),
    )
    story.then(TaskMoved(task=1, stage="Done", state="done", by="ben"))
    assert said(story) == "ben did task 1, by the board: Done"
    assert (task(story).state, task(story).ended_by) == ("done", "ben")
    at = task(story).ended_at
    story.then(TaskMoved(task=1, stage="archived", state="done"), after=5)
    assert task(story).ended_at == at, "it was done already"
    story.then(TaskMoved(task=1, stage="Open"))
    assert task(story).state == "open"


def test_a_card_among_what_is_none_drops_the_task_and_out_of_it_takes_it_up() -> None:
    story = with_a_task().then(TaskMoved(task=1, stage="Not a bug", state="dropped", by="ben"))
    assert (task(story).state, said(story)) == ("dropped", "ben dropped task 1, by the board: Not a bug")
    assert task(story.then(TaskMoved(task=1, stage="Doing"))).state == "open"


def test_a_card_that_is_gone_is_forgotten() -> None:
    story = with_a_task().then(TaskCardMade(task=1, id="5f", url="https://trello.com/c/ab"))
    assert said(story.then(TaskCardGone(task=1, by="ben"))) == "ben deleted the board card of task 1"
    assert task(story).board is None
    assert said(story.then(TaskCardGone(task=1))) == f"{ANNA} deleted the board card of task 1"

"""What the team changes so that a bug's like does not come again: tasks, each with an owner, a day and a card on the board."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from pydantic import AwareDatetime

from bot.bug.bug import BoardCard, Bug, Task, TaskState
from bot.bug.errors import Invalid, Refused
from bot.bug.event import ANY, STAY, Event, Move, Outcome, Text, must_allow
from bot.bug.words import SHORT, Day, Foreign, Link, Part, Person, Words, because

ICON = "clipboard"
SETTLED: Mapping[TaskState, tuple[str, str]] = {
    "open": (ICON, " opens task {} again"),
    "done": ("white_check_mark", " did task {}"),
    "dropped": ("no_entry_sign", " drops task {}"),
}
MOVED: Mapping[TaskState, tuple[str, str]] = {
    "open": (ICON, " moved task {} to "),
    "done": ("white_check_mark", " did task {}, by the board: "),
    "dropped": ("no_entry_sign", " dropped task {}, by the board: "),
}
MOST = 50
"""Tasks of one retro."""
LONGEST = 300
"""Characters of a task."""
BEHIND = timedelta(hours=14)
"""How far the asker's day may be behind ours."""


class Wanted(NamedTuple):
    """A task as somebody filled it in."""

    what: str
    owner: str
    due: datetime


def _changed(bug: Bug, number: int, change: Callable[[Task], Task]) -> Bug:
    return replace(bug, tasks=tuple(change(task) if task.number == number else task for task in bug.tasks))


def _ended(task: Task, state: TaskState, at: datetime, by: str) -> Task:
    """Or opened again."""
    if state == "open":
        return replace(task, state=state, ended_at=None, ended_by="")
    return replace(task, state=state, ended_at=at, ended_by=by)


class TaskAdded(Event):
    """Somebody will change something."""

    KIND = "retro_task_added"
    MOVES = (Move(ANY, STAY, "what we learn becomes work"),)
    task: int
    """Counts from 1 within the bug."""
    what: Text
    owner: str
    due: AwareDatetime

    def apply(self, bug: Bug, at: datetime, by: str) -> Bug:
        task = Task(number=self.task, what=self.what, owner=self.owner, due=self.due, by=by, at=at)
        return replace(bug, tasks=(*bug.tasks, task))

    def line(self, _bug: Bug, by: str) -> Words:
        what = (f" adds task {self.task}: ", Foreign(self.what, SHORT))
        return Words(ICON, (Person(by), *what, " · ", Person(self.owner), " by ", Day(self.due)))


class TaskChanged(Event):
    """It is another task now, somebody else's, or due on another day."""

    KIND = "retro_task_changed"
    MOVES = (Move(ANY, STAY, "plans change as people learn more"),)
    task: int
    what: Text
    owner: str
    due: AwareDatetime

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return _changed(bug, self.task, lambda t: replace(t, what=self.what, owner=self.owner, due=self.due))

    def line(self, _bug: Bug, by: str) -> Words:
        now = (f" changes task {self.task}: ", Foreign(self.what, SHORT))
        return Words(ICON, (Person(by), *now, " · ", Person(self.owner), " by ", Day(self.due)))


class TaskSettled(Event):
    """A person says that it is done, that nobody will do it, or that it is to be done after all."""

    KIND = "retro_task_settled"
    MOVES = (Move(ANY, STAY, "a task comes to its end, also long after its bug"),)
    task: int
    state: TaskState
    why: Text = ""

    def apply(self, bug: Bug, at: datetime, by: str) -> Bug:
        return _changed(bug, self.task, lambda t: replace(_ended(t, self.state, at, by), why=self.why))

    def line(self, bug: Bug, by: str) -> Words:
        icon, said = SETTLED[self.state]
        return Words(icon, (Person(by), said.format(self.task), *_named(bug, self.task), *because(self.why, SHORT)))


class TaskMoved(Outcome):
    """Somebody moved its card on the board; where it lies says how the task stands."""

    KIND = "retro_task_moved"
    task: int
    stage: str
    """The list as Makegood knows it; "archived" and "unarchived" besides."""
    state: TaskState = "open"
    """What that place means."""
    by: Text = ""

    def apply(self, bug: Bug, at: datetime, _by: str) -> Bug:
        return _changed(bug, self.task, lambda task: self._moved(task, at))

    def _moved(self, task: Task, at: datetime) -> Task:
        there = replace(task, board=replace(task.board, stage=self.stage) if task.board else None)
        return there if task.state == self.state else _ended(there, self.state, at, self.by)

    def line(self, _bug: Bug, by: str) -> Words:
        icon, said = MOVED[self.state]
        who: Part = Foreign(self.by, 60) if self.by else Person(by)
        return Words(icon, (who, said.format(self.task), Foreign(self.stage, 60)), minor=self.state == "open")


class TaskCardMade(Outcome):
    """It has a card on the board."""

    KIND = "retro_task_card_made"
    task: int
    id: str
    url: str

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return _changed(bug, self.task, lambda task: replace(task, board=BoardCard(id=self.id, url=self.url)))

    def line(self, _bug: Bug, _by: str) -> Words:
        return Words(ICON, (f"Task {self.task} has a ", Link(self.url, "board card")), minor=True)


class TaskCardGone(Outcome):
    """Somebody deleted its card; a task that is still open gets another one."""

    KIND = "retro_task_card_gone"
    task: int
    by: Text = ""

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return _changed(bug, self.task, lambda task: replace(task, board=None))

    def line(self, _bug: Bug, by: str) -> Words:
        who: Part = Foreign(self.by, 60) if self.by else Person(by)
        return Words(ICON, (who, f" deleted the board card of task {self.task}"), minor=True)


EVENTS = (TaskAdded, TaskChanged, TaskSettled, TaskMoved, TaskCardMade, TaskCardGone)


def find(bug: Bug, number: int) -> Task | None:
    return next((task for task in bug.tasks if task.number == number), None)


def _named(bug: Bug, number: int) -> tuple[Part, ...]:
    task = find(bug, number)
    return (": ", Foreign(task.what, SHORT)) if task else ()


def add(bug: Bug, wanted: Sequence[Wanted], now: datetime) -> tuple[TaskAdded, ...]:
    """Raises Invalid for one without words, for a day that is over, and above the most that a retro takes."""
    must_allow(bug, TaskAdded)
    if len(bug.tasks) + len(wanted) > MOST:
        raise Refused(f"{bug.ref} has {len(bug.tasks)} tasks already; a retro takes {MOST}.")
    first = len(bug.tasks) + 1
    return tuple(
        TaskAdded(task=first + i, what=_what(one.what), owner=one.owner, due=_day(one.due, now))
        for i, one in enumerate(wanted)
    )


def change(bug: Bug, number: int, wanted: Wanted, now: datetime) -> tuple[TaskChanged, ...]:
    """Nothing where it is as it was. Raises Invalid as `add`, Refused for a task that is over."""
    must_allow(bug, TaskChanged)
    task = _open(bug, number)
    same_day = wanted.due.date() == task.due.date()
    due = task.due if same_day else _day(wanted.due, now)
    what = _what(wanted.what)
    if (what, wanted.owner, due) == (task.what, task.owner, task.due):
        return ()
    return (TaskChanged(task=number, what=what, owner=wanted.owner, due=due),)


def settle(bug: Bug, number: int, state: TaskState, why: str = "") -> TaskSettled:
    """Raises Refused where it stands so already."""
    must_allow(bug, TaskSettled)
    task = find(bug, number)
    if task is None:
        raise Refused(_none(bug, number))
    if task.state == state:
        raise Refused(f"Task {number} of {bug.ref} is {state} already.")
    return TaskSettled(task=number, state=state, why=why.strip())


def _open(bug: Bug, number: int) -> Task:
    task = find(bug, number)
    if task is None:
        raise Refused(_none(bug, number))
    if task.state != "open":
        raise Refused(f"Task {number} of {bug.ref} is {task.state}. Open it again first, then change it.")
    return task


def _none(bug: Bug, number: int) -> str:
    return f"{bug.ref} has no task {number}. `/retro {bug.ref}` shows those it has."


def _what(text: str) -> str:
    if not text.strip():
        raise Invalid("Say what is changed.", {"what": "Say what is changed."})
    return " ".join(text.split())[:LONGEST]


def _day(due: datetime, now: datetime) -> datetime:
    if due.date() < (now - BEHIND).date():
        raise Invalid("That day is over. Choose one that comes.", {"due": "That day is over. Choose one that comes."})
    return due

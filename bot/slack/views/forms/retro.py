"""Draws the form of a retro: the questions that only people can answer, and what the team changes. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from bot.bug.bug import Bug, Task
from bot.bug.retro.lesson import CAUSES, CHANGES, HOW_WE_DID, LONGEST, QUESTION
from bot.bug.retro.tasks import LONGEST as LONGEST_TASK
from bot.slack.views import blocks as kit
from bot.slack.views.forms.forms import View
from bot.slack.views.marks import mark
from bot.slack.views.mrkdwn import day, foreign, link, who
from bot.text import length, plural

SHOWN = 25
"""Tasks that the form shows, the newest."""
ROWS = 5
"""New tasks at once."""
SPARE = timedelta(days=14)
"""Until when a new task is due, unless somebody says otherwise."""
WELL = "What went well, what did not, where we were lucky. Nobody is to blame: say what made it easy to go wrong."
NOTHING_CHANGES = "A task with a card on the board. Leave it empty if nothing changes."
STATES = {"open": ":white_large_square:", "done": ":white_check_mark:", "dropped": ":no_entry_sign:"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """How far a form is open."""

    since: int
    """The entry whose answers it was filled in with."""
    rows: int = 1
    """New tasks."""
    edited: tuple[int, ...] = ()
    """Tasks that are open for a change."""

    @property
    def new(self) -> tuple[str, ...]:
        return tuple(f"new{i}" for i in range(1, self.rows + 1))

    @property
    def names(self) -> tuple[str, ...]:
        """Of all rows."""
        return (*(f"task{number}" for number in self.edited), *self.new)

    def about(self) -> dict[str, str | int]:
        """As a button or the form itself carries it."""
        return {"since": self.since, "rows": self.rows, "edited": ",".join(map(str, self.edited))}

    @classmethod
    def read(cls, about: Mapping[str, str]) -> Self:
        edited = tuple(int(x) for x in about.get("edited", "").split(",") if x.isdecimal())
        return cls(since=_number(about, "since", 0), rows=min(_number(about, "rows", 1), ROWS), edited=edited[-ROWS:])


def _number(about: Mapping[str, str], name: str, else_: int) -> int:
    said = about.get(name, "")
    return int(said) if said.isdecimal() else else_


def form(bug: Bug, by: str, now: datetime, opened: Opened, *, meanwhile: str = "") -> View:
    """`meanwhile`: what somebody else has just said."""
    told = [kit.section(f":warning: {meanwhile}", "meanwhile")] if meanwhile else []
    blocks = [
        *told,
        kit.context(_short(bug), "bug"),
        kit.several("causes", QUESTION, list(CAUSES.items()), bug.causes, optional=True),
        kit.text_input("lesson", "In your words", bug.lesson, many=True, optional=True, longest=LONGEST),
        kit.text_input("how_we_did", HOW_WE_DID, bug.how_we_did, many=True, optional=True, hint=WELL, longest=LONGEST),
        kit.section(f"*{CHANGES}*", "changes"),
        *_tasks(bug, opened),
        *_new(opened, by, now + SPARE),
        *kit.actions(_buttons(opened.rows), "retro_form"),
        *kit.actions(_pages(bug), "retro_pages"),
    ]
    meta = mark(bug, **opened.about())
    return kit.modal(f"Retro of {bug.ref}", blocks, id_="retro_answers", meta=meta, submit="Save")


def _short(bug: Bug) -> str:
    """The bug and how long customers waited, so that nobody has to look it up."""
    waits = [(c.told_at - c.since).total_seconds() for c in bug.customers if c.told_at]
    waited = f" · longest wait of a customer {length(max(waits))}" if waits else ""
    return f"{bug.ref} {foreign(bug.title, 120, one_line=True)} · {plural(bug.occurrences, 'time')}{waited}"


def _buttons(rows: int) -> Iterator[Any]:
    if rows < ROWS:
        yield kit.button("Another change", "value", "row")


def _pages(bug: Bug) -> Iterator[Any]:
    yield kit.button("Story in the thread", "retro_story", mark(bug))
    yield kit.button("Post-mortem", "postmortem", mark(bug))


def _new(opened: Opened, by: str, due: datetime) -> Iterator[Any]:
    for number, name in enumerate(opened.new, start=1):
        first = number == 1
        yield from _row(name, "" if first else str(number), "", by, due, NOTHING_CHANGES if first else "")


def _tasks(bug: Bug, opened: Opened) -> Iterator[Any]:
    for task in bug.tasks[-SHOWN:]:
        if task.number in opened.edited and task.state == "open":
            yield from _row(f"task{task.number}", f"task {task.number}", task.what, task.owner, task.due)
        else:
            yield kit.section(_said(task), f"shown_{task.number}", _choices(bug, task, opened))
    if len(bug.tasks) > SHOWN:
        yield kit.context(f"… and {len(bug.tasks) - SHOWN} older ones: the post-mortem has them all.", "older")


def _said(task: Task) -> str:
    what = f"{STATES[task.state]} *{task.number}* {foreign(task.what, 200, one_line=True)} · {who(task.owner)}"
    when = f" · by {day(task.due)}" if task.state == "open" else f" · {task.state}"
    return what + when + (f" · {link(task.board.url, 'card')}" if task.board else "")


def _choices(bug: Bug, task: Task, opened: Opened) -> Any:
    about = mark(bug, task=task.number, **opened.about())
    offered = {"open": ("done", "change", "drop"), "done": ("reopen",), "dropped": ("reopen",)}[task.state]
    labels = {"done": "It is done", "change": "Change…", "drop": "Nobody will do it", "reopen": "Open it again"}
    return kit.overflow([(f"task_{one} {about}", labels[one]) for one in offered])


def _row(name: str, called: str, what: str, owner: str, due: datetime, hint: str = "") -> Iterator[Any]:
    """`called`: what tells the fields of several rows apart."""
    more = f" · {called}" if called else ""
    yield kit.text_input(f"what_{name}", f"A change{more}", what, optional=True, hint=hint, longest=LONGEST_TASK)
    yield kit.person(f"owner_{name}", f"Who does it{more}", owner, optional=True)
    yield kit.date_input(f"due_{name}", f"Until{more}", f"{due:%Y-%m-%d}", optional=True)

"""Collects the chapters: every kind of entry by its stored name, every move with its reason, and the diagram of both."""

from typing import Protocol

from bot.bug.clocks import paging, reminders
from bot.bug.course import conversation, course, delivery, news, ownership, seriousness
from bot.bug.customers import brought, customers, one_person
from bot.bug.debt import board, debt, pulls, waiving
from bot.bug.event import Event, Move
from bot.bug.fixes import approval, asking, doubt, escalation, looks, reproduction, review, run, when_works
from bot.bug.gifts import gifts
from bot.bug.permissions import seen, tolerance
from bot.bug.retro import lesson, posting, tasks
from bot.bug.telling import by_hand, letters, messages


class Chapter(Protocol):
    """A module that holds some kinds of entries with all that belongs to them."""

    @property
    def EVENTS(self) -> tuple[type[Event], ...]: ...  # noqa: N802 - a module's constant


CHAPTERS: tuple[Chapter, ...] = (
    news,
    ownership,
    customers,
    one_person,
    messages,
    letters,
    by_hand,
    gifts,
    when_works,
    course,
    debt,
    pulls,
    brought,
    waiving,
    reminders,
    paging,
    tolerance,
    conversation,
    board,
    seriousness,
    delivery,
    asking,
    approval,
    review,
    escalation,
    run,
    doubt,
    looks,
    reproduction,
    seen,
    posting,
    lesson,
    tasks,
)

#: A name is for ever: a golden file of one entry of each kind must always load.
KINDS: dict[str, type[Event]] = {event.KIND: event for chapter in CHAPTERS for event in chapter.EVENTS}
MOVES: tuple[tuple[type[Event], Move], ...] = tuple((event, move) for event in KINDS.values() for move in event.MOVES)


def diagram() -> str:
    """The life of a bug as a Mermaid state diagram: the moves that lead to another state."""
    arrows = sorted({f"    {frm} --> {move.to}: {event.KIND}" for event, move in MOVES if move.to for frm in move.frm})
    return "\n".join(["stateDiagram-v2", "    [*] --> open: opened", *arrows])

"""Folds what people do on the board: a card in “Done” pays the debt or settles a task; moves and comments join the trail."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.adapters.ports import BoardChange, Stage
from bot.bug.bug import Bug, TaskState
from bot.bug.debt.board import BoardCardCommented, BoardCardGone, BoardCardMoved
from bot.bug.debt.debt import Paid
from bot.bug.event import Event, allowed
from bot.bug.retro.tasks import TaskCardGone, TaskMoved
from bot.bug.values import Actor, ActorKind
from bot.ledger.entries import bug_of_thread
from bot.ledger.inbox.inbox import Inbox, Item
from bot.ledger.index.threads import BOARD, TASK
from bot.ledger.ledger import Ledger

OURS = "makegood"


@dataclass(frozen=True)
class BoardChanges:
    ledger: Ledger
    inbox: Inbox

    async def fold(self, items: Sequence[Item]) -> None:
        for item in items:
            await self._fold(BoardChange.model_validate_json(item.body), item.key)
            await self.inbox.finish(item.key)

    async def _fold(self, change: BoardChange, key: str) -> None:
        if change.by == OURS:
            return
        by = Actor(kind=ActorKind.SOURCE, id="trello")
        if bug := await bug_of_thread(self.ledger, BOARD, change.card):
            await self.ledger.record(bug, lambda b: follow(b, change), by=by, key=key)
        elif bug := await bug_of_thread(self.ledger, TASK, change.card):
            await self.ledger.record(bug, lambda b: follow_task(b, change), by=by, key=key)


def follow(bug: Bug, change: BoardChange) -> tuple[Event, ...]:
    """What a change on the board means for the bug."""
    if bug.board is None or bug.board.id != change.card:
        return ()  # a card that was deleted, or stood for a bug that was merged: another one counts now
    if change.kind == "commented":
        return (BoardCardCommented(text=change.text, by=change.who),)
    if change.kind == "deleted":
        return (BoardCardGone(by=change.who),)
    pays = _done(change) and allowed(bug, Paid) and not (bug.debt and bug.debt.paid_at)
    stage = change.stage.value if change.stage else change.kind
    moved = (BoardCardMoved(stage=stage, by=change.who, engaged=pays and bug.engaged),)
    if pays and not bug.engaged:
        return (*moved, Paid(how=f"moved to done on the board by {change.who}"))
    return moved if change.kind in {"moved", "archived", "unarchived"} else ()


def follow_task(bug: Bug, change: BoardChange) -> tuple[Event, ...]:
    """What a change on the board means for a task of the bug's retro."""
    task = next((t for t in bug.tasks if t.board and t.board.id == change.card), None)
    if task is None:
        return ()  # a card that was deleted: another one counts now
    if change.kind == "commented":
        return (BoardCardCommented(text=change.text, by=change.who),)
    if change.kind == "deleted":
        return (TaskCardGone(task=task.number, by=change.who),)
    if change.kind not in {"moved", "archived", "unarchived"}:
        return ()
    stage = change.stage.value if change.stage else change.kind
    return (TaskMoved(task=task.number, stage=stage, state=_state(change), by=change.who),)


def _state(change: BoardChange) -> TaskState:
    if change.kind == "moved" and change.stage is Stage.DROPPED:
        return "dropped"
    return "done" if _done(change) else "open"


def _done(change: BoardChange) -> bool:
    return change.kind == "archived" or (change.kind == "moved" and change.stage is Stage.DONE)

"""Folds what people do on the board: a card in “Done” pays the debt; moves and comments join the trail."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.adapters.ports import BoardChange, Stage
from bot.bug.board import BoardCardCommented, BoardCardGone, BoardCardMoved
from bot.bug.bug import Bug
from bot.bug.debt import Paid
from bot.bug.event import Event, allowed
from bot.bug.values import Actor, ActorKind
from bot.ledger.entries import bug_of_thread
from bot.ledger.inbox.inbox import Inbox, Item
from bot.ledger.index.threads import BOARD
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
        bug = await bug_of_thread(self.ledger, BOARD, change.card)
        if bug:
            by = Actor(kind=ActorKind.SOURCE, id="trello")
            await self.ledger.record(bug, lambda b: follow(b, change), by=by, key=key)


def follow(bug: Bug, change: BoardChange) -> tuple[Event, ...]:
    """What a change on the board means for the bug."""
    if bug.board is None or bug.board.id != change.card:
        return ()  # a card that was deleted, or stood for a bug that was merged: another one counts now
    if change.kind == "commented":
        return (BoardCardCommented(text=change.text, by=change.by),)
    if change.kind == "deleted":
        return (BoardCardGone(by=change.by),)
    done = change.kind == "archived" or (change.kind == "moved" and change.stage is Stage.DONE)
    moved = (BoardCardMoved(stage=change.stage.value if change.stage else change.kind, by=change.by),)
    if done and allowed(bug, Paid) and not (bug.debt and bug.debt.paid_at):
        return (*moved, Paid(how=f"moved to done on the board by {change.by}"))
    return moved if change.kind in {"moved", "archived", "unarchived"} else ()

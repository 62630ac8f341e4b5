"""What people do on the board: a card in “Done” pays the debt; moves and comments join the trail."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain import events as e
from bot.domain.bug import Bug, Status
from bot.domain.events import Event
from bot.domain.life import allowed
from bot.domain.values import Actor, ActorKind
from bot.ledger.inbox import Inbox, Item
from bot.ledger.ledger import Ledger
from bot.ledger.reading import list_bugs
from bot.ports import BoardChange, Stage

OURS = "makegood"
FOLLOWED = (Status.OPEN, Status.CLAIMED, Status.FIXED, Status.OWED)


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
        bugs = await list_bugs(self.ledger, FOLLOWED, limit=1000)
        bug = next(
            (b for b in bugs if b.board and change.card in {b.board.id, b.board.url.rstrip("/").rpartition("/")[2]}),
            None,
        )
        if bug:
            by = Actor(kind=ActorKind.SOURCE, id="trello")
            await self.ledger.record(bug.ref.number, lambda b: follow(b, change), by=by, key=key)


def follow(bug: Bug, change: BoardChange) -> tuple[Event, ...]:
    """What a change on the board means for the bug."""
    if change.kind == "commented":
        return (e.CardCommented(text=change.text, by=change.by),)
    done = change.kind == "archived" or (change.kind == "moved" and change.stage is Stage.DONE)
    moved = (e.CardMoved(stage=change.stage.value if change.stage else change.kind, by=change.by),)
    if done and allowed(bug.status, e.Paid) and not (bug.debt and bug.debt.paid_at):
        return (*moved, e.Paid(how=f"moved to done on the board by {change.by}"))
    return moved if change.kind in {"moved", "archived", "unarchived"} else ()

"""Keeps a card on the board for each task of a retro: makes it once, follows it. After a cut-off it looks for the marker."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from bot.adapters.ports import Board, CardRef, CardText, Stage
from bot.bug.bug import Bug, Task
from bot.bug.debt.board import BoardCardMade
from bot.bug.event import Event
from bot.bug.retro.tasks import TaskAdded, TaskCardGone, TaskCardMade, TaskChanged, TaskSettled
from bot.ledger.relay.sink import Served, Work
from bot.ledger.relay.subscription import Subscription
from bot.outgoing.once import once
from bot.slack.views.mrkdwn import plain

KINDS: frozenset[type[Event]] = frozenset({TaskAdded, TaskChanged, TaskSettled, TaskCardGone, BoardCardMade})
ENDED = {"done": Stage.DONE, "dropped": Stage.DROPPED}
MOVABLE = {stage.value: stage for stage in (Stage.OPEN, Stage.DOING, Stage.OWED)}
"""Where people may put a card of what is still to be done; it stays there."""


@dataclass(frozen=True)
class RetroTasksSink:
    board: Board
    called: Callable[[str], Awaitable[str]]
    """What people call somebody, by actor."""
    name: ClassVar[str] = "retro_tasks"
    slots: ClassVar[int] = 2
    interest: ClassVar[Subscription] = Subscription(kinds=KINDS, jumps=True)

    async def serve(self, work: Work) -> Served:
        """One task at a time: what a cut-off leaves in doubt is then one card."""
        shown = work.external.get("shown") or {}
        for task in work.bug.tasks:
            card = await self._text(work.bug, task)
            wanted = {"text": card.model_dump(mode="json"), "stage": _stage(task).value}
            if task.board is None and task.state == "open":
                return await self._make(work, task, card, wanted, shown)
            if task.board and (work.doubt or shown.get(str(task.number)) != wanted):
                await self.board.update(CardRef(id=task.board.id, url=task.board.url), card, _stage(task))
                shown = {**shown, str(task.number): wanted}
        return Served(external={**work.external, "shown": shown})

    async def _make(
        self, work: Work, task: Task, card: CardText, wanted: dict[str, Any], shown: dict[str, Any]
    ) -> Served:
        ref = await once(
            lambda: self.board.find(card.marker), lambda: self.board.create(card, _stage(task)), doubt=work.doubt
        )
        made = TaskCardMade(task=task.number, id=ref.id, url=ref.url)
        # one that was found may show an earlier wording: it is brought up to date on the next round
        known = shown if work.doubt else {**shown, str(task.number): wanted}
        return Served(outcomes=(made,), external={**work.external, "shown": known}, again_in=0.0)

    async def _text(self, bug: Bug, task: Task) -> CardText:
        owner = plain(await self.called(task.owner))
        facts = {
            "After": f"{bug.ref} {bug.title}"[:200],
            "Owner": owner,
            "The bug's card": bug.board.url if bug.board else "",
            "Tracker": bug.url,
        }
        known = "\n".join(f"**{name}:** {value}" for name, value in facts.items() if value)
        return CardText(
            title=f"{task.what} ({bug.ref})"[:200],
            description=f"{task.what}\n\n{known}",
            marker=_marker(bug, task),
            labels=("retro",),
            due=task.due if task.state == "open" else None,
        )


def _stage(task: Task) -> Stage:
    if task.state != "open":
        return ENDED[task.state]
    return MOVABLE.get(task.board.stage if task.board else "", Stage.OWED)


def _marker(bug: Bug, task: Task) -> str:
    """Not to be read out of the bug's own; with the seconds of both, as numbers come again after a restore."""
    opened = f":{bug.opened_at.timestamp():.0f}" if bug.opened_at else ""
    return f"makegood-task:{bug.ref.team}:{bug.ref}{opened}:{task.number}:{task.at.timestamp():.0f}"

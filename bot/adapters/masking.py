"""A board and a tracker to which no secret goes: every text that is written there is masked on its way out."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.adapters.ports import Board, BoardChange, CardRef, CardText, Known, Stage, TrackerApi

Redact = Callable[[str], str]


@dataclass(frozen=True)
class MaskedBoard:
    """A `Board`. Our own marker stays as it is where the board looks for it: it holds numbers and the workspace's id."""

    board: Board
    redact: Redact

    async def create(self, card: CardText, stage: Stage) -> CardRef:
        return await self.board.create(self._masked(card), stage)

    async def find(self, marker: str) -> CardRef | None:
        return await self.board.find(marker)

    async def adopt(self, url: str, card: CardText) -> CardRef:
        return await self.board.adopt(url, self._masked(card))

    async def update(self, ref: CardRef, card: CardText, stage: Stage) -> None:
        await self.board.update(ref, self._masked(card), stage)

    async def comment(self, ref: CardRef, text: str) -> None:
        await self.board.comment(ref, self.redact(text))

    async def commented(self, ref: CardRef, marker: str) -> bool:
        """As the comment stands there, masked."""
        return await self.board.commented(ref, self.redact(marker))

    async def changes(self, since: str) -> tuple[tuple[BoardChange, ...], str]:
        return await self.board.changes(since)

    async def register(self, callback_url: str) -> None:
        await self.board.register(callback_url)

    async def known(self) -> Known:
        return await self.board.known()

    async def check(self) -> tuple[str, ...]:
        return await self.board.check()

    async def close(self) -> None:
        await self.board.close()

    def _masked(self, card: CardText) -> CardText:
        return CardText(
            title=self.redact(card.title),
            description=self.redact(card.description),
            marker=card.marker,
            labels=card.labels,
            due=card.due,
        )


@dataclass(frozen=True)
class MaskedTracker:
    """A `TrackerApi`."""

    tracker: TrackerApi
    redact: Redact

    async def resolve(self, project: str, group: str) -> None:
        await self.tracker.resolve(project, group)

    async def reopen(self, project: str, group: str) -> None:
        await self.tracker.reopen(project, group)

    async def link(self, project: str, group: str, url: str) -> None:
        await self.tracker.link(project, group, url)

    async def comment(self, project: str, group: str, text: str) -> None:
        await self.tracker.comment(project, group, self.redact(text))

    async def check(self) -> str:
        return await self.tracker.check()

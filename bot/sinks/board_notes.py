"""Comments on the board's card, once for each entry that matters. After a cut-off it looks for the comment first."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from bot.adapters.ports import Board, CardRef
from bot.bug.bug import Bug
from bot.bug.course.course import CameBack, Fixed, Reopened
from bot.bug.event import Event
from bot.bug.fixes.run import FixEnded
from bot.bug.telling.letters import LetterLeft
from bot.bug.telling.messages import Told
from bot.ledger.relay.sink import NotYet, Served, Work
from bot.ledger.relay.subscription import Subscription
from bot.outgoing.once import once
from bot.text import plural

CARD_PAUSE = 5.0
"""Seconds between two looks for a card that is not there yet."""


def _ended(event: FixEnded, bug: Bug) -> str:
    fix = bug.fix(event.run)
    return (
        f"Done on production: {fix.name} ({event.summary.rstrip('.')})." if fix and event.state == "succeeded" else ""
    )


def _told(customers: int) -> str:
    return f"{plural(customers, 'customer')} told that it works." if customers else ""


def _left(event: LetterLeft, bug: Bug) -> str:
    """A letter tells nobody anything before it leaves."""
    sent = [m for c in bug.customers for m in c.messages if m.seq == event.message and m.kind == "told" and m.letter]
    return _told(sum(m.state != "taken_back" for m in sent))


NOTES: dict[type[Event], Callable[[Any, Bug], str]] = {
    FixEnded: _ended,
    Fixed: lambda ev, _b: f"It works again. {ev.said}".strip(),
    Told: lambda ev, _b: _told(len(ev.customers) - len(ev.letters)),
    LetterLeft: _left,
    Reopened: lambda ev, _b: f"Open again: {ev.reason}",
    CameBack: lambda ev, _b: f"It happened again ({ev.occurrences}× by now).",
}


@dataclass(frozen=True)
class BoardNotesSink:
    board: Board
    name: ClassVar[str] = "board_notes"
    slots: ClassVar[int] = 2
    interest: ClassVar[Subscription] = Subscription(kinds=frozenset(NOTES))

    async def serve(self, work: Work) -> Served:
        entry = work.entry
        said = NOTES[type(entry.event)](entry.event, work.bug) if entry else ""
        if entry is None or not said:
            return Served()
        if work.bug.board is None:
            raise NotYet(CARD_PAUSE)
        card = CardRef(id=work.bug.board.id, url=work.bug.board.url)
        marker = f"({work.bug.ref}, entry {entry.seq} of {entry.at:%d %b %H:%M:%S})"
        await once(
            lambda: self.board.commented(card, marker),
            lambda: self.board.comment(card, f"{said} {marker}"),
            doubt=work.doubt,
        )
        return Served()

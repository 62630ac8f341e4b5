"""Keeps the bug's card on the board: makes or adopts it, moves it, leaves it in “Owed”. After a cut-off it looks for the marker."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bot.adapters.ports import Board, CardRef, CardText, Stage
from bot.bug.bug import LIVE, BoardCard, Bug, Status
from bot.bug.course.course import CameBack, Closed, Dismissed, Fixed, Merged, Reopened
from bot.bug.course.news import Enriched, Opened
from bot.bug.course.ownership import Claimed, HandedOver, Released, TakenOver
from bot.bug.debt.board import BoardCardGone, BoardCardMade
from bot.bug.debt.debt import DebtChanged, Owed, OwedAgain, Paid
from bot.bug.debt.pull import shown
from bot.bug.debt.pulls import PullChecked, PullSeen
from bot.bug.debt.waiving import Waived
from bot.bug.errors import Rejected
from bot.bug.event import Event
from bot.bug.fixes.fix import Fix, RunState
from bot.bug.fixes.run import FixEnded, ImageExpired
from bot.ledger.relay.sink import Served, Work
from bot.ledger.relay.subscription import Subscription
from bot.outgoing.once import once
from bot.text import cut

STAGES = {
    Status.OPEN: Stage.OPEN,
    Status.CLAIMED: Stage.DOING,
    Status.FIXED: Stage.DOING,
    Status.OWED: Stage.OWED,
    Status.CLOSED: Stage.DONE,
    Status.DISMISSED: Stage.DROPPED,
    Status.MERGED: Stage.DONE,
}
KINDS: set[type[Event]] = {
    Opened,
    Enriched,
    Claimed,
    Released,
    HandedOver,
    TakenOver,
    Dismissed,
    Merged,
    Fixed,
    Reopened,
}
KINDS |= {
    PullSeen,
    PullChecked,
    DebtChanged,
    OwedAgain,
    CameBack,
    Owed,
    Paid,
    Waived,
    Closed,
    BoardCardGone,
    FixEnded,
    ImageExpired,
}
FACTS, ROWS, CELLS = 40, 5, 20
"""What a card shows of the error's data, of the rows of quick fixes, and of one row."""
TRACKERS = "tracker"
"""Which card of the tracker this sink has looked at."""


@dataclass(frozen=True)
class BoardSink:
    board: Board
    name: ClassVar[str] = "board"
    slots: ClassVar[int] = 2
    interest: ClassVar[Subscription] = Subscription(kinds=frozenset(KINDS), jumps=True)

    async def serve(self, work: Work) -> Served:
        card, stage = text(work.bug), STAGES[work.bug.status]
        shown = {"text": card.model_dump(mode="json"), "stage": stage.value}
        if work.bug.board is None and work.bug.status not in LIVE:
            return Served()  # somebody deleted the card of a bug that is over
        if work.bug.board is None:
            return await self._make(work, card, stage, shown)
        if work.bug.card_url and work.external.get(TRACKERS) != work.bug.card_url:
            return await self._join(work, work.bug.board, card)
        # a change that was cut off may stand there although the one before it would be right again
        if work.doubt or work.external.get("shown") != shown:
            await self.board.update(CardRef(id=work.bug.board.id, url=work.bug.board.url), card, stage)
        return Served(external={**work.external, "shown": shown})

    async def _join(self, work: Work, ours: BoardCard, card: CardText) -> Served:
        """The tracker named its own card after ours was made: one of the two goes on, or, on another board, both say so."""
        looked = {**work.external, TRACKERS: work.bug.card_url}
        try:
            theirs = await self.board.adopt(work.bug.card_url, card)
        except Rejected:
            return Served(external=looked, again_in=0.0)
        if theirs.id == ours.id:
            return Served(external=looked, again_in=0.0)
        await self._give_up(CardRef(id=ours.id, url=ours.url), card, theirs.url)
        made = BoardCardMade(id=theirs.id, url=theirs.url, adopted=True)
        return Served(outcomes=(made,), external={TRACKERS: work.bug.card_url}, again_in=0.0)

    async def _give_up(self, ours: CardRef, card: CardText, url: str) -> None:
        """What people wrote on it stays there; whoever opens it reads where the bug goes on."""
        try:
            goes_on = CardText(title=f"{card.title} (see the tracker's card)", description=url, marker=card.marker)
            await self.board.update(ours, goes_on, Stage.DROPPED)
            if not await self.board.commented(ours, url):
                await self.board.comment(ours, f"The tracker made a card of its own. This bug goes on there: {url}")
        except Rejected:
            pass  # somebody deleted it meanwhile

    async def _make(self, work: Work, card: CardText, stage: Stage, shown: dict[str, Any]) -> Served:
        if work.bug.card_url:
            try:
                ref = await self.board.adopt(work.bug.card_url, card)
                made = BoardCardMade(id=ref.id, url=ref.url, adopted=True)
                looked = {TRACKERS: work.bug.card_url}
                return Served(outcomes=(made,), external=looked, again_in=0.0)  # and moved on the next round
            except Rejected:
                pass  # the tracker's card is on another board, or gone: a card of our own then
        return await once(lambda: self._found(card), lambda: self._created(card, stage, shown), doubt=work.doubt)

    async def _found(self, card: CardText) -> Served | None:
        """It shows the bug as it was then: brought up to date on the next round."""
        ref = await self.board.find(card.marker)
        return Served(outcomes=(BoardCardMade(id=ref.id, url=ref.url),), again_in=0.0) if ref else None

    async def _created(self, card: CardText, stage: Stage, shown: dict[str, Any]) -> Served:
        ref = await self.board.create(card, stage)
        return Served(outcomes=(BoardCardMade(id=ref.id, url=ref.url),), external={"shown": shown})


def text(bug: Bug) -> CardText:
    """What the board shows: enough to reproduce and mend it without asking anybody."""
    parts = [bug.message, _facts(bug), _pulls(bug), _frames(bug), _data(bug), _rows(bug), _done(bug)]
    return CardText(
        title=f"{bug.ref} {bug.title}"[:200],
        description="\n\n".join(p for p in parts if p),
        marker=_marker(bug),
        labels=("quick fix",) if bug.last_success and not bug.proper else (),
        due=bug.debt.due if bug.debt and bug.debt.due_still else None,
    )


def _marker(bug: Bug) -> str:
    """With the second of its opening: after a restore another bug gets the number of one that is lost, and that card stays."""
    opened = f":{bug.opened_at.timestamp():.0f}" if bug.opened_at else ""
    return f"makegood:{bug.ref.team}:{bug.ref}{opened}"


def _facts(bug: Bug) -> str:
    known = {
        "Where": bug.context,
        "Page": bug.page,
        "Project": bug.project,
        "Stage": bug.stage,
        "Release": bug.release,
        "Tracker": bug.url,
        "Tracker's card": bug.card_url if bug.board and not bug.card_url.startswith(bug.board.url) else "",
        "Seen": f"{bug.occurrences}×",
    }
    return "\n".join(f"**{name}:** {value}" for name, value in known.items() if value)


def _frames(bug: Bug) -> str:
    return (
        "**To reproduce, begin here:**\n" + "\n".join(f"- `{frame}`" for frame in bug.frames[:5]) if bug.frames else ""
    )


def _data(bug: Bug) -> str:
    """The error's own data, as its tracker gave it; what is secret by its name was left out there."""
    told = list(bug.facts.items())
    lines = [f"- {name}: {_plain(value, 200)}" for name, value in told[:FACTS]]
    more = [f"- and {len(told) - FACTS} more"] if len(told) > FACTS else []
    return "**The error's data:**\n" + "\n".join([*lines, *more]) if lines else ""


def _rows(bug: Bug) -> str:
    """What quick fixes found: each row as it was before. Columns that no preview shows are not here either."""
    quick = [fix for fix in bug.fixes if fix.state is RunState.SUCCEEDED and not fix.undo_of]
    found = [row for fix in quick for row in fix.rows]
    lines = [f"- {_row(row)}" for row in found[:ROWS]]
    more = [f"- and {len(found) - ROWS} more"] if len(found) > ROWS else []
    return "**The rows as they were before:**\n" + "\n".join([*lines, *more]) if lines else ""


def _row(row: Mapping[str, str]) -> str:
    """ "deleted: menus id 13: id: 13; fields: null", as the preview had it."""
    cells = row.get("change", "").splitlines()
    said = "; ".join(_plain(cell, 120) for cell in cells[:CELLS])
    return f"{_plain(row.get('place', ''), 120)}: {said}" + ("; …" if len(cells) > CELLS else "")


def _plain(text: str, limit: int) -> str:
    return cut(" ".join(text.split()), limit)


def _pulls(bug: Bug) -> str:
    """Those that are its proper fix, or take it back."""
    found = [f"- [{x.name}]({x.url}) {x.title}: {x.standing}" for x in shown(bug.pulls)]
    return "**Proper fix:**\n" + "\n".join(found) if found else ""


def _done(bug: Bug) -> str:
    """What was done to production, so that live and staging can be brought together again."""
    done = [
        f"- {x.name}: {x.summary}" + (" (undone)" if x.undone_by else "") + _again(x)
        for x in bug.fixes
        if x.state is RunState.SUCCEEDED
    ]
    return "**Done on production:**\n" + "\n".join(done) if done else ""


def _again(fix: Fix) -> str:
    """The same quick fix over and over: what makes the proper one urgent."""
    return f" (no. {fix.repeats + 1} of its kind this month)" if fix.repeats else ""

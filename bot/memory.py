"""What ended the last bugs of the same kind: the card suggests it, and a fix that comes again and again is said to be a debt."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.bug import Bug, Status
from bot.domain.fix import Fix, RunState
from bot.domain.values import Frozen
from bot.ledger.ledger import Ledger
from bot.ledger.reading import list_bugs

ENDED = (Status.FIXED, Status.OWED, Status.CLOSED)
LOOK_BACK = 300
MONTH = timedelta(days=30)


class Suggestion(Frozen):
    """`said`: "delete-row menus 13, worked twice"; empty where nothing is known."""

    action: str = ""
    params: Mapping[str, str] = {}
    said: str = ""


@dataclass(frozen=True)
class Memory:
    ledger: Ledger

    async def suggestion(self, bug: Bug) -> Suggestion:
        """From bugs of the same kind that a fix of ours ended."""
        past = await list_bugs(self.ledger, ENDED, LOOK_BACK)
        same = [b for b in past if b.ref != bug.ref and kind(b) == kind(bug)]
        worked = [b.last_success for b in same if b.last_success]
        return _said(worked) if worked else Suggestion()

    async def repeats(self, bug: Bug, action: str) -> int:
        """How often this action helped against bugs of this kind in the last 30 days, this one included."""
        since = self.ledger.clock() - MONTH
        same = [b for b in await list_bugs(self.ledger, tuple(Status), LOOK_BACK) if kind(b) == kind(bug)]
        return sum(_helped(f, action) and bool(f.ended_at and f.ended_at > since) for b in same for f in b.fixes)


def _helped(fix: Fix, action: str) -> bool:
    return fix.action == action and fix.state is RunState.SUCCEEDED and not fix.undo_of and not fix.undone_by


def kind(bug: Bug) -> tuple[str, str]:
    """Errors that differ only in numbers and ids are of one kind."""
    return re.sub(r"[0-9a-f]{8,}|\d+", "#", bug.title), bug.context


def _said(worked: list[Fix]) -> Suggestion:
    newest = worked[0]
    times = sum(f.action == newest.action for f in worked)
    count = {1: "worked once", 2: "worked twice"}.get(times, f"worked {times} times")
    kept = {k: v for k, v in newest.params.items() if not v.isdigit()}
    return Suggestion(action=newest.action, params=kept, said=f"{newest.name}, {count}")

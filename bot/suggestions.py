"""Finds what helped against the last bugs of the same kind. The card suggests it, and calls a fix that comes again a debt."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.bug.bug import Bug
from bot.bug.fixes.fix import Fix
from bot.bug.values import Frozen
from bot.ledger.entries import load
from bot.ledger.index import remedies
from bot.ledger.ledger import Ledger

MONTH = timedelta(days=30)


class Suggestion(Frozen):
    """`said`: "delete-row menus 13, worked twice"; empty where nothing is known."""

    action: str = ""
    params: Mapping[str, str] = {}
    said: str = ""


@dataclass(frozen=True)
class Suggestions:
    ledger: Ledger

    async def suggestion(self, bug: Bug) -> Suggestion:
        """From bugs of the same kind that a fix of ours ended."""
        last = await remedies.last(self.ledger.db, bug)
        fix = (await load(self.ledger, last.bug)).fix(last.run) if last else None
        return _said(fix, last.times) if last and fix else Suggestion()

    async def said(self, bug: Bug) -> str:
        return (await self.suggestion(bug)).said

    async def repeats(self, bug: Bug, action: str) -> int:
        """How often this action helped against bugs of this kind in the last 30 days, this one included."""
        return await remedies.times(self.ledger.db, bug, action, self.ledger.clock() - MONTH)


def _said(fix: Fix, times: int) -> Suggestion:
    count = {1: "worked once", 2: "worked twice"}.get(times, f"worked {times} times")
    kept = {k: v for k, v in fix.params.items() if not v.isdigit()}
    return Suggestion(action=fix.action, params=kept, said=f"{fix.name}, {count}")

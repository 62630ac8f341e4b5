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


class Proposed(Frozen):
    """An action that something names, with the parameters that something names; `sources` says what named each."""

    action: str = ""
    params: Mapping[str, str] = {}
    sources: Mapping[str, str] = {}
    """By parameter: "from the error"."""
    why: str = ""
    """What names the action: "from the error: menus 13"; "worked before: delete-row menus, worked twice"."""
    whole: bool = False
    """Nothing is left to fill in, and nothing else fits as well: it can go straight to its preview."""

    @property
    def name(self) -> str:
        """As people say it: "delete-row menus 13"."""
        return " ".join([self.action, *(text for text in self.params.values() if text)])


NOTHING = Proposed()


@dataclass(frozen=True)
class Suggestions:
    ledger: Ledger

    async def suggestion(self, bug: Bug) -> Suggestion:
        """From bugs of the same kind that a fix of ours ended."""
        last = await remedies.last(self.ledger.db, bug)
        fix = (await load(self.ledger, last.bug)).fix(last.run) if last else None
        return _said(fix, last.times) if last and fix else Suggestion()

    async def repeats(self, bug: Bug, action: str) -> int:
        """How often this action helped against bugs of this kind in the last 30 days, this one included."""
        return await remedies.times(self.ledger.db, bug, action, self.ledger.clock() - MONTH)


def _said(fix: Fix, times: int) -> Suggestion:
    count = {1: "worked once", 2: "worked twice"}.get(times, f"worked {times} times")
    kept = {k: v for k, v in fix.params.items() if not v.isdigit()}
    return Suggestion(action=fix.action, params=kept, said=f"{fix.name}, {count}")

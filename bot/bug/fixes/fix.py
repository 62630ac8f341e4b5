"""One run of an action as it stands, folded from its entries; an undo is one too."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import AwareDatetime, Field

from bot.bug.fixes.events import Stored
from bot.bug.values import Frozen


class RunState(StrEnum):
    ASKED = "asked"
    PREVIEWED = "previewed"
    WAITING = "waiting"
    """For approval."""
    APPROVED = "approved"
    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


ENGAGED = frozenset({RunState.WAITING, RunState.APPROVED, RunState.STARTED})
"""Confirmed, and not at its end."""
UNDER_WAY = ENGAGED | {RunState.ASKED, RunState.PREVIEWED}


class Fix(Frozen):
    """One run of an action; an undo is one too (`undo_of`)."""

    run: int
    action: str
    params: Mapping[str, str]
    secrets: Mapping[str, str] = Field(default_factory=dict)
    """Secret parameters, until the outcome."""
    reason: str
    by: str
    at: AwareDatetime
    state: RunState = RunState.ASKED
    undo_of: int | None = None
    undone_by: int | None = None
    view: str = ""
    digest: str = ""
    target: str = ""
    lock_key: str = ""
    summary: str = ""
    text: str = ""
    rows: tuple[Mapping[str, str], ...] = ()
    count: int = 0
    undoable: bool = False
    undo_note: str = ""
    approvals: int = 0
    """How many are needed: what the risk asks for, but never more than there are people who could."""
    risk: str = "low"
    proper: bool = False
    repeats: int = 0
    """How often this action helped against the same kind of bug in the last 30 days."""
    asked: tuple[str, ...] = ()
    approved_by: tuple[str, ...] = ()
    factor: bool = False
    """Each approval takes a second factor."""
    factors: tuple[str, ...] = ()
    """Who gave one."""
    broken_glass: bool = False
    confirmed_at: AwareDatetime | None = None
    started_at: AwareDatetime | None = None
    deadline: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None
    kept: str = ""
    """What finds a cut-off run again, sealed."""
    output: str = ""
    """What the run said, capped."""
    cancel_asked: bool = False
    stored: Stored = Stored()
    waits_for: tuple[int, int] | None = None
    """(bug, run) that holds the same piece of production."""
    seen: str = ""
    """What a look after a cut-off concluded: succeeded | failed | unknown."""
    why: str = ""
    """Why it was refused, rejected, lapsed or failed."""

    @property
    def filled(self) -> Mapping[str, str]:
        """What the action is called with."""
        return {**self.params, **self.secrets}

    @property
    def name(self) -> str:
        """As people say it: "delete-row menus 13"."""
        return " ".join([self.action, *(v for v in self.params.values() if v)])

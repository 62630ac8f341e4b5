"""One run of an action as it stands. An undo is one too."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.bug.values import CLOSED, Frozen


class Stored(Frozen):
    """The engine's own preview, serialised, and the salt of its digest: what `run` compares production with."""

    salt: str = ""
    preview: str = ""


class Handed(Frozen):
    """An approver left the decision to another one."""

    by: str
    to: str
    why: str


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
    SENT_BACK = "sent_back"
    """An approver asks for changes; whoever asked revises it, as a run of its own."""
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


ENGAGED = frozenset({RunState.WAITING, RunState.APPROVED, RunState.STARTED})
"""Confirmed, and not at its end."""
UNDER_WAY = ENGAGED | {RunState.ASKED, RunState.PREVIEWED}


@dataclass(frozen=True, kw_only=True, slots=True)
class Fix:
    """One run of an action; an undo is one too (`undo_of`)."""

    __pydantic_config__ = CLOSED
    run: int
    action: str
    params: Mapping[str, str]
    secrets: Mapping[str, str] = field(default_factory=dict)
    """Secret parameters, until the outcome."""
    reason: str
    reason_filled: bool = False
    """The reason was filled in, and whoever asked has not confirmed it yet."""
    by: str
    at: datetime
    state: RunState = RunState.ASKED
    undo_of: int | None = None
    undone_by: int | None = None
    revises: int | None = None
    """The run that came to nothing or was sent back, and that this one asks for again."""
    differs: tuple[str, ...] = ()
    """What is otherwise than in that one."""
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
    words: tuple[str, ...] = ()
    """What approvers added: "only for this customer"."""
    next_at: datetime | None = None
    """When the next were asked, because nobody had answered."""
    next_asked: tuple[str, ...] = ()
    """Who they are."""
    handed: tuple[Handed, ...] = ()
    factor: bool = False
    """Each approval takes a second factor."""
    factors: tuple[str, ...] = ()
    """Who gave one."""
    wrong_codes: tuple[str, ...] = ()
    """Who gave a wrong one, once for each."""
    broken_glass: bool = False
    alone: bool = False
    """Nobody else was there: who asked typed what it changes, and went on."""
    confirmed_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    """When it had its outcome."""
    deadline: datetime | None = None
    kept: str = ""
    """What finds a cut-off run again, sealed."""
    output: str = ""
    """What the run said, capped."""
    cancel_asked: bool = False
    stored: Stored = field(default_factory=Stored)
    waits_for: tuple[int, int] | None = None
    """(bug, run) that holds the same piece of production."""
    seen: str = ""
    """What a look after a cut-off concluded: succeeded | failed | unknown."""
    why: str = ""
    """Why it was refused, rejected, sent back, lapsed or failed."""

    @property
    def filled(self) -> Mapping[str, str]:
        """What the action is called with."""
        return {**self.params, **self.secrets}

    @property
    def name(self) -> str:
        """As people say it: "delete-row menus 13"."""
        return " ".join([self.action, *(v for v in self.params.values() if v)])

    @property
    def state_said(self) -> str:
        """The state in words that fit into "X is …"."""
        return SAID.get(self.state, self.state.value)


SAID = {
    RunState.ASKED: "being previewed",
    RunState.PREVIEWED: "previewed",
    RunState.WAITING: "waiting for approval",
    RunState.APPROVED: "approved",
    RunState.STARTED: "running",
    RunState.SENT_BACK: "sent back for changes",
    RunState.SUCCEEDED: "done",
    RunState.UNKNOWN: "cut off, and nobody knows whether it happened",
}

"""Writes the thread's line of an entry: its icon and its sentence."""

from bot.bug.bug import Bug
from bot.bug.event import Quiet
from bot.bug.lifecycle import KINDS
from bot.ledger.ledger import Entry
from bot.ledger.workspace import WorkspaceEntry
from bot.slack.views.mrkdwn import render, who

SPOKEN = frozenset(kind for kind in KINDS.values() if not issubclass(kind, Quiet))
"""Kinds of which the thread may read."""


def line(entry: Entry, bug: Bug, by: str) -> str | None:
    """What the thread reads of an entry, or None. `bug` is a later state; `by` is what people call whoever did it."""
    actor = str(entry.by)
    words = entry.event.line(bug, actor)
    if words is None:
        return None
    return f":{words.icon}: {render(words.parts, lambda id_: by if id_ == actor else who(id_))}"


def workspace_line(entry: WorkspaceEntry) -> str:
    """What people read of an entry that belongs to no bug."""
    words = entry.event.line(str(entry.by))
    return f":{words.icon}: {render(words.parts)}"

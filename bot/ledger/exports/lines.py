"""The entries of a trail as records. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from bot.bug.bug import Bug
from bot.bug.event import Fact
from bot.bug.values import Actor
from bot.bug.words import Words, plain
from bot.ledger.exports.leaving import shown
from bot.ledger.exports.tables import Record
from bot.ledger.ledger import Entry
from bot.ledger.rows import WORKSPACE
from bot.ledger.workspace import WorkspaceEntry

COLUMNS = ("trail", "seq", "at", "by", "kind", "said")


class Line(NamedTuple):
    """One entry, whosever trail it is of. `said`: its sentence in plain text, or its kind in words where it has none."""

    trail: int
    seq: int
    at: datetime
    by: Actor
    key: str | None
    event: Fact
    said: str

    @property
    def name(self) -> str:
        return f"BUG-{self.trail}" if self.trail != WORKSPACE else "workspace"

    @property
    def data(self) -> Mapping[str, object]:
        """Without what may not leave the trail."""
        return {
            "bug": self.name,
            "seq": self.seq,
            "kind": self.event.KIND,
            "at": self.at.isoformat(),
            "by": str(self.by),
            "key": self.key,
            "event": shown(self.event),
        }

    @property
    def record(self) -> Record:
        cells = (self.name, str(self.seq), self.at.isoformat(), str(self.by), self.event.KIND, self.said)
        return Record(cells=dict(zip(COLUMNS, cells, strict=True)), data=self.data)


def of_bug(entry: Entry, bug: Bug) -> Line:
    said = _plain(entry.event.line(bug, str(entry.by)), entry.event)
    return Line(bug.ref.number, entry.seq, entry.at, entry.by, entry.key, entry.event, said)


def of_workspace(entry: WorkspaceEntry) -> Line:
    said = _plain(entry.event.line(str(entry.by)), entry.event)
    return Line(WORKSPACE, entry.seq, entry.at, entry.by, entry.key, entry.event, said)


def _plain(said: Words | None, event: Fact) -> str:
    text = plain(said.parts) if said else f"({event.KIND.replace('_', ' ')})"
    return " ".join(text.split())

"""A trail as rows, JSON, JSON lines, CSV or Markdown."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from bot.bug.bug import Bug
from bot.bug.event import Fact
from bot.bug.values import Actor
from bot.bug.words import Words, plain
from bot.commands.terminal import Row
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
    def row(self) -> Row:
        at = f"{self.at:%Y-%m-%d %H:%M:%S}"
        return Row(
            plain=f"{self.seq:>4}  {at}  {self.by!s:<18}  {self.said}",
            cells=(f"{self.seq:>4}", at, str(self.by), self.said),
            style="dim",
        )


def of_bug(entry: Entry, bug: Bug) -> Line:
    said = _plain(entry.event.line(bug, str(entry.by)), entry.event)
    return Line(bug.ref.number, entry.seq, entry.at, entry.by, entry.key, entry.event, said)


def of_workspace(entry: WorkspaceEntry) -> Line:
    said = _plain(entry.event.line(str(entry.by)), entry.event)
    return Line(WORKSPACE, entry.seq, entry.at, entry.by, entry.key, entry.event, said)


def _plain(said: Words | None, event: Fact) -> str:
    text = plain(said.parts) if said else f"({event.KIND.replace('_', ' ')})"
    return " ".join(text.split())


def chosen(lines: Sequence[Line], *, by: str, since: datetime | None, until: datetime | None) -> list[Line]:
    """Those of one person, from one day to before another."""
    return [
        line
        for line in lines
        if by in {"", str(line.by)} and (since is None or line.at >= since) and (until is None or line.at < until)
    ]


def as_json(lines: Sequence[Line]) -> str:
    return json.dumps([_object(line) for line in lines], indent=2, ensure_ascii=False)


def as_jsonl(lines: Sequence[Line]) -> str:
    return "\n".join(json.dumps(_object(line), ensure_ascii=False) for line in lines)


def as_csv(lines: Sequence[Line]) -> str:
    """For spreadsheets: a text that one of them would calculate is marked as text."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for line in lines:
        cells = (line.name, line.seq, line.at.isoformat(), str(line.by), line.event.KIND, line.said)
        writer.writerow([f"'{cell}" if str(cell)[:1] in "=+-@\t\r" else cell for cell in cells])
    return out.getvalue()


def as_markdown(lines: Sequence[Line]) -> str:
    rows = [f"| {' | '.join(COLUMNS)} |", f"|{'---|' * len(COLUMNS)}"]
    for x in lines:
        cells = (x.name, str(x.seq), f"{x.at:%Y-%m-%d %H:%M:%S}", str(x.by), x.event.KIND, x.said)
        rows.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(rows)


def _object(line: Line) -> dict[str, object]:
    return {
        "bug": line.name,
        "seq": line.seq,
        "kind": line.event.KIND,
        "at": line.at.isoformat(),
        "by": str(line.by),
        "key": line.key,
        "event": line.event.model_dump(mode="json"),
    }


FORMATS: Mapping[str, Callable[[Sequence[Line]], str]] = {"jsonl": as_jsonl, "csv": as_csv, "md": as_markdown}

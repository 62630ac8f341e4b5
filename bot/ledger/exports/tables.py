"""Writes records as JSON lines, as CSV for spreadsheets, as a Markdown table. Pure."""

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from bot.ledger.exports.sheets import as_cell
from bot.text import each_text

_MARKUP = re.compile(r"([\\`*_{}\[\]<>|~&#!])")


class Record(NamedTuple):
    """`cells`: for a table, by column; `data`: everything, for JSON."""

    cells: Mapping[str, str]
    data: Mapping[str, Any]

    def without(self, redact: Callable[[str], str]) -> "Record":
        """The same without what `redact` takes out of each text."""
        return Record(cells=each_text(self.cells, redact), data=each_text(self.data, redact))


def as_jsonl(columns: Sequence[str], records: Sequence[Record]) -> str:
    return "\n".join(json.dumps(record.data, ensure_ascii=False) for record in records)


def as_csv(columns: Sequence[str], records: Sequence[Record]) -> str:
    """A text that a spreadsheet would calculate is marked as text."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([as_cell(record.cells.get(column, "")) for column in columns] for record in records)
    return out.getvalue()


def as_markdown(columns: Sequence[str], records: Sequence[Record]) -> str:
    """Whatever stands in a cell is shown as it is, on one line."""
    head = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    lines = (f"| {' | '.join(_shown(record.cells.get(column, '')) for column in columns)} |" for record in records)
    return "\n".join([*head, *lines])


def _shown(cell: str) -> str:
    return _MARKUP.sub(r"\\\1", " ".join(cell.split()))


Write = Callable[[Sequence[str], Sequence[Record]], str]
FORMATS: Mapping[str, Write] = {"jsonl": as_jsonl, "csv": as_csv, "md": as_markdown}

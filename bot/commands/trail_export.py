"""A trail on the terminal, and as JSON."""

import json
from collections.abc import Callable, Sequence

from bot.commands.terminal import Row
from bot.ledger.exports.lines import Line
from bot.text import each_text


def row(line: Line) -> Row:
    at = f"{line.at:%Y-%m-%d %H:%M:%S}"
    return Row(
        plain=f"{line.seq:>4}  {at}  {line.by!s:<18}  {line.said}",
        cells=(f"{line.seq:>4}", at, str(line.by), line.said),
        style="dim",
    )


def as_json(lines: Sequence[Line], redact: Callable[[str], str]) -> str:
    found = [each_text(line.data, redact) for line in lines]
    return json.dumps(found, indent=2, ensure_ascii=False)

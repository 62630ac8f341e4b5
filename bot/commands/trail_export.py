"""A trail on the terminal, and as JSON."""

import json
from collections.abc import Sequence

from bot.commands.terminal import Row
from bot.ledger.exports.lines import Line


def row(line: Line) -> Row:
    at = f"{line.at:%Y-%m-%d %H:%M:%S}"
    return Row(
        plain=f"{line.seq:>4}  {at}  {line.by!s:<18}  {line.said}",
        cells=(f"{line.seq:>4}", at, str(line.by), line.said),
        style="dim",
    )


def as_json(lines: Sequence[Line]) -> str:
    return json.dumps([line.data for line in lines], indent=2, ensure_ascii=False)

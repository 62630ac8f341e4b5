"""Text for the cells of a spreadsheet: nothing from outside becomes a formula, however the file is split. Pure."""

import re

_FORMULA = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")
"""What a formula begins with, in wide letters too."""
_APART = frozenset(";\t\r\n")
"""Where a spreadsheet may begin another cell: where the comma is in numbers, files are split at ";"."""
_BLANK = (
    "".join(c for c in map(chr, range(0x3001)) if c.isspace() or c < " ")
    + '"\u200b\u200c\u200d\u200e\u200f\u2060\ufeff'
)
"""What may stand before a formula and is not seen, or is dropped."""
_RUN = re.compile(f"([;{re.escape(_BLANK)}]++)([{re.escape(''.join(_FORMULA))}]?)")
"""Blanks and separators, taken in one go, so that a long text takes linear time."""


def as_cell(text: str) -> str:
    """The same text, marked by an apostrophe wherever a spreadsheet would begin to calculate."""
    begins = text[:1] in _APART - {";"} or text.lstrip(_BLANK)[:1] in _FORMULA
    return ("'" if begins else "") + _RUN.sub(_marked, text)


def _marked(found: re.Match[str]) -> str:
    """Behind the last separator, where a formula follows."""
    blanks, formula = found.groups()
    place = max(blanks.rfind(c) for c in _APART) + 1
    return f"{blanks[:place]}'{blanks[place:]}{formula}" if formula and place else found[0]

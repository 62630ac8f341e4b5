"""Takes the text of a trigger apart, as all three databases write it, and quotes what it says. Pure."""

import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r"""(?P<blank>\s+|--[^\n]*|/\*.*?\*/)|(?P<text>'(?:[^']|'')*')|(?P<name>"[^"]+"|`[^`]+`|\w+)|(?P<sign>:=|::|<=|>=|<>|!=|\|\||.)""",
    re.DOTALL | re.VERBOSE,
)
_LONGEST = 200
"""Characters of what a trigger says."""


def tokens_of(text: str) -> Iterator[str]:
    """Words, literals, quoted names and signs; blanks and comments left out."""
    for found in _TOKEN.finditer(text):
        if found.lastgroup != "blank":
            yield found[0]


def quoted(text: str) -> str:
    """What the team's own trigger says, in one line."""
    line = " ".join(text.split())
    return f"“{line if len(line) <= _LONGEST else line[: _LONGEST - 1] + '…'}”"

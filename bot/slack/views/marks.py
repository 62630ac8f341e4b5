"""Writes and reads marks: a button's `value` or a form's metadata, with the bug, what was seen of it, and its subject."""

import re
from collections.abc import Mapping

from bot.bug.errors import Refused
from bot.bug.values import Frozen

_FORM = re.compile(r"^BUG-(\d{1,9})(?: @(\d{1,9}))?((?: [a-z_]+=[^ ]*)*)$")
HOME = "home"
"""What a mark calls the pages of Home from which somebody came; Home is drawn anew once they did something."""
BUG = re.compile(r"\bBUG-(\d{1,9})\b", re.IGNORECASE)


class Mark(Frozen):
    """BUG-17 @4 run=2 digest=ab12: bug 17 as it was after entry 4."""

    bug: int
    seq: int = 0
    about: Mapping[str, str] = {}

    def __str__(self) -> str:
        return " ".join([f"BUG-{self.bug}", f"@{self.seq}", *(f"{k}={v}" for k, v in self.about.items())])


def mark(bug: int, seq: int, **about: str | int) -> str:
    return str(Mark(bug=bug, seq=seq, about={k: str(v) for k, v in about.items()}))


def read(value: str) -> Mark:
    """Raises Refused for what no button of ours carries."""
    found = _FORM.match(value or "")
    if not found:
        raise Refused("This button is not one of Makegood's. Use the card, or `/bug list`.")
    about = dict(part.split("=", 1) for part in found[3].split())
    return Mark(bug=int(found[1]), seq=int(found[2] or 0), about=about)


def from_home(metadata: str, pages: str) -> str:
    """A form's metadata that remembers them too."""
    known = read(metadata) if metadata else Mark(bug=0)
    return mark(known.bug, known.seq, **{**known.about, HOME: pages})

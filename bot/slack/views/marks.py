"""Writes and reads marks: a button's `value` or a form's metadata, with the bug, what was seen of it, and its subject."""

import re
from collections.abc import Mapping
from datetime import datetime

from bot.bug.bug import Bug
from bot.bug.errors import Refused
from bot.bug.values import Frozen

_FORM = re.compile(r"^BUG-(\d{1,9})(?: @(\d{1,9}))?((?: [a-z_]+=[^ ]*)*)$")
HOME = "home"
"""What a mark calls the pages of Home from which somebody came; Home is drawn anew once they did something."""
BUG = re.compile(r"\bBUG-(\d{1,9})\b", re.IGNORECASE)


_AT = "at"


class Mark(Frozen):
    """BUG-17 @4 at=1764512248123 run=2 digest=ab12: bug 17 as it was after entry 4.

    `at`: when that entry was written, in Unix milliseconds; 0: it is not said. After a restored backup its number comes again.
    """

    bug: int
    seq: int = 0
    at: int = 0
    about: Mapping[str, str] = {}

    def __str__(self) -> str:
        at = [f"{_AT}={self.at}"] if self.at else []
        return " ".join([f"BUG-{self.bug}", f"@{self.seq}", *at, *(f"{k}={v}" for k, v in self.about.items())])


def mark(bug: Bug, **about: str | int) -> str:
    """Of this bug as it is now."""
    return mark_at(bug, bug.seq, bug.at, **about)


def mark_at(bug: Bug, seq: int, at: datetime | None, **about: str | int) -> str:
    """Of this bug as it was after the entry that was written then."""
    said = {k: str(v) for k, v in about.items()}
    return str(Mark(bug=bug.ref.number, seq=seq, at=milliseconds(at), about=said))


def bare(**about: str) -> str:
    """Of something that belongs to no bug yet."""
    return str(Mark(bug=0, about=about))


def milliseconds(at: datetime | None) -> int:
    """As a mark says a time."""
    return round(at.timestamp() * 1000) if at else 0


def read(value: str) -> Mark:
    """Raises Refused for what no button of ours carries."""
    found = _FORM.match(value or "")
    if not found:
        raise Refused("This button is not one of Makegood's. Use the card, or `/bug list`.")
    about = dict(part.split("=", 1) for part in found[3].split())
    at = about.pop(_AT, "0")
    # a time that is none fits no entry, so nothing comes of it
    return Mark(bug=int(found[1]), seq=int(found[2] or 0), at=int(at) if at.isdecimal() else -1, about=about)


def from_home(metadata: str, pages: str) -> str:
    """A form's metadata that remembers them too."""
    known = read(metadata) if metadata else Mark(bug=0)
    return str(Mark(bug=known.bug, seq=known.seq, at=known.at, about={**known.about, HOME: pages}))

"""Keeps a command's output small: its beginning, its end, and how much was left out."""

import re

HEAD = 64 * 1024
TAIL = 64 * 1024
RECENT = 4096
LONGEST_LINE = 4000
"""A longer one is nothing people read: it is left out whole, as half of it could hold half a secret."""

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_]")
_LONG_LINE = re.compile(rf"[^\n]{{{LONGEST_LINE + 1},}}")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Output:
    """Grows to HEAD + 2 * TAIL bytes and no further, whatever is fed."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._tail = bytearray()
        self._left_out = 0

    def feed(self, chunk: bytes) -> None:
        room = HEAD - len(self._head)
        self._head += chunk[:room]
        self._tail += chunk[max(room, 0) :]
        if len(self._tail) > 2 * TAIL:
            self._cut()

    @property
    def size(self) -> int:
        return len(self._head) + self._left_out + len(self._tail)

    def text(self) -> str:
        """All of it, or whole lines of its beginning and end: half a line could hold half a secret."""
        if len(self._tail) > TAIL:
            self._cut()
        if not self._left_out:
            return clean(self._head + self._tail)
        head, tail = self._head[: self._head.rfind(b"\n") + 1], self._tail.partition(b"\n")[2]
        left_out = self.size - len(head) - len(tail)
        return f"{clean(head)}… {megabytes(left_out)} left out …\n{clean(tail)}"

    def last_line(self) -> str:
        """The latest whole line that is not empty; what is printed but not ended yet is no line."""
        printed = self._tail or self._head
        recent = bytes(printed[-RECENT:])
        if len(printed) > RECENT:
            recent = recent.partition(b"\n")[2]
        whole = [line for line in clean(recent[: recent.rfind(b"\n") + 1]).splitlines() if line.strip()]
        return whole[-1].strip() if whole else ""

    def _cut(self) -> None:
        surplus = len(self._tail) - TAIL
        del self._tail[:surplus]
        self._left_out += surplus


def clean(raw: bytes | bytearray) -> str:
    """Text without what would move a cursor, change a colour or turn the reading direction."""
    text = raw.decode(errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    return _LONG_LINE.sub(_left_out, _CONTROLS.sub("", _ESCAPES.sub("", text)))


def _left_out(line: re.Match[str]) -> str:
    return f"… a line of {megabytes(len(line.group()))} left out …"


def megabytes(count: int) -> str:
    """ "199.9 MB", "12.0 KB"; thousands, as people count."""
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.1f} KB"  # noqa: PLR2004 a megabyte

"""Text from outside, made fit to store and to show: valid UTF-8 without NUL, cut where a reader sees a whole character end."""

import unicodedata

LINE = 200
LONG = 2_000

_JOINER = "\u200d"
_FLAGS = range(0x1F1E6, 0x1F200)
"""Regional indicators: two of them are one flag."""
_SKIN = range(0x1F3FB, 0x1F400)
_LONGEST = 40
"""Code points that one character may take; a longer run is not a character but an attack."""

_DROPPED = dict.fromkeys(
    [
        *(code for code in range(0x20) if chr(code) not in "\n\t"),
        *range(0x7F, 0xA0),
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
    ],
)
"""Control characters, and those that turn the direction of the text around (they make one text look like another)."""


def tidy(text: str) -> str:
    """Without control characters; a lone surrogate becomes "?". Always encodes, always stores."""
    return text.encode("utf-8", "replace").decode().translate(_DROPPED).strip()


def one_line(text: str) -> str:
    return " ".join(tidy(text).split())


def cut(text: str, limit: int) -> str:
    """At most `limit` code points, ending with "…" where something was cut, never inside a character."""
    if len(text) <= limit:
        return text
    end = limit - 1
    for start in range(end, max(end - _LONGEST, 0), -1):
        if not _joined(text, start):
            end = start
            break
    return text[:end].rstrip() + "…"


def _joined(text: str, at: int) -> bool:
    """Whether the code point at `at` belongs to the character before it."""
    code = ord(text[at])
    if unicodedata.combining(text[at]) or unicodedata.category(text[at]) in {"Mn", "Me"} or code in _SKIN:
        return True
    if _JOINER in (text[at], text[at - 1]):
        return True
    return code in _FLAGS and _flags_before(text, at) % 2 == 1


def _flags_before(text: str, at: int) -> int:
    count = 0
    while count < at and ord(text[at - 1 - count]) in _FLAGS:
        count += 1
    return count

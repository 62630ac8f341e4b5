"""Plain text for people: spans, plurals, and cutting where a reader sees a whole character end. Pure."""

import unicodedata
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

ELLIPSIS = "…"
_JOINER = "\u200d"
_FLAGS = range(0x1F1E6, 0x1F200)
"""Two of these letters are one flag."""
_TONES = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)
"""What makes England's flag of a black one."""
_LONGEST = 40
"""Code points that one character may take; a longer run is not a character but an attack."""
_DROPPED = dict.fromkeys(
    [
        *(code for code in range(0x20) if chr(code) not in "\n\t"),
        *range(0x7F, 0xA0),
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
    ]
)
"""Control characters, and those that turn the direction of the text around (they make one text look like another)."""


def length(span: timedelta | float) -> str:
    """ "40 s", "7 min", "3 h 5 min", "5 days": as short as people say it."""
    seconds = int(span.total_seconds() if isinstance(span, timedelta) else span)
    if seconds < 60:  # noqa: PLR2004 - seconds in a minute
        return f"{max(seconds, 0)} s"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if hours < 1:
        return f"{minutes} min"
    if days < 2:  # noqa: PLR2004 - below two days hours are still read
        return f"{hours} h {minutes % 60} min".removesuffix(" 0 min")
    return f"{days} days"


def plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def clusters(text: str) -> list[str]:
    """Characters as people see them: combining marks, joiners and skin tones stay with what they belong to."""
    out: list[str] = []
    for ch in text:
        if out and _glued(out[-1], ch):
            out[-1] += ch
        else:
            out.append(ch)
    return out


def _glued(before: str, ch: str) -> bool:
    """Whether `ch` belongs to the character before it."""
    if unicodedata.category(ch).startswith("M") or ord(ch) in _TONES or ord(ch) in _TAGS:
        return True
    if _JOINER in (ch, before[-1]):
        return True
    return ord(ch) in _FLAGS and len(before) == 1 and ord(before) in _FLAGS


def clean(text: str) -> str:
    """Without what no database or screen can take: NUL, other controls, text-direction overrides. A lone surrogate becomes "?"."""
    return text.encode("utf-8", "replace").decode("utf-8").translate(_DROPPED)


def one_line(text: str) -> str:
    return " ".join(clean(text).split())


def fit(pieces: Iterable[str], limit: int) -> str:
    """As many as there is room for with the ellipsis; no piece is ever cut."""
    out: list[str] = []
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > limit - 1:
            return "".join(out) + ELLIPSIS
        out.append(piece)
    return "".join(out)


def cut(text: str, limit: int) -> str:
    """Plain text (no mrkdwn) of at most `limit` code points, ending with "…" where something was cut, never inside a character."""
    if len(text) <= limit:
        return text
    latest = limit - 1
    places = range(latest, max(latest - _LONGEST, 0), -1)
    end = next((place for place in places if not _inside(text, place)), 0 if latest < _LONGEST else latest)
    return text[:end].rstrip() + ELLIPSIS


def _inside(text: str, at: int) -> bool:
    """Whether a cut before the code point at `at` would go through a character."""
    if ord(text[at]) not in _FLAGS:
        return _glued(text[at - 1], text[at])
    return text[at - 1] == _JOINER or _flags_before(text, at) % 2 == 1


def _flags_before(text: str, at: int) -> int:
    return next((count for count in range(at) if ord(text[at - 1 - count]) not in _FLAGS), at)


def sentence(error: BaseException) -> str:
    """An error's first line with one full stop, for the log."""
    said = str(error).partition("\n")[0].rstrip(". ") or type(error).__name__
    return f"{said}."


def each_text(value: Any, change: Callable[[str], str]) -> Any:
    """The same JSON with every text changed by itself, so that what is masked leaves no broken JSON behind."""
    match value:
        case str():
            return change(value)
        case dict():
            return {key: each_text(one, change) for key, one in value.items()}
        case list() | tuple():
            return [each_text(one, change) for one in value]
    return value

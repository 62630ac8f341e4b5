"""Plain text for people: spans, plurals, and cutting where a reader sees a whole character end. Pure."""

import unicodedata
from collections.abc import Iterable
from datetime import timedelta

ELLIPSIS = "…"
_JOINER = "\u200d"
_FLAGS = range(0x1F1E6, 0x1F200)
"""Two of these letters are one flag."""
_TONES = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)
"""What makes England's flag of a black one."""


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
    """Without what no database or screen can take: NUL, other controls, lone surrogates, text-direction overrides."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(
        ch for ch in text if ch in "\n\t" or (unicodedata.category(ch) not in {"Cc", "Cs"} and ch not in _BIDI)
    )


_BIDI = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


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
    """Plain text (no mrkdwn) cut at a whole character to at most `limit`."""
    return text if len(text) <= limit else fit(clusters(text[: limit * 2]), limit)


def sentence(error: BaseException) -> str:
    """An error's first line with one full stop, for the log."""
    said = str(error).partition("\n")[0].rstrip(". ") or type(error).__name__
    return f"{said}."

"""How people, times and foreign text are written in Slack's mrkdwn: the only place that knows its escapes."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

ELLIPSIS = "…"
LONGEST_URL = 2000
"""Longer ones would fill the message; no browser needs them."""
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_JOINER = "\u200d"
_FLAGS = range(0x1F1E6, 0x1F200)
"""Two of these letters are one flag."""
_TONES = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)
"""What makes England's flag of a black one."""


def who(person: str) -> str:
    """A mention: Slack shows the name. Ids that are not people's ("cli:anna") stay as they are."""
    return f"<@{person}>" if person[:1] in {"U", "W"} and person.isalnum() else person


def channel(source: str) -> str:
    """How people call where something came from: whatever brings mail is e-mail."""
    return "e-mail" if source in {"", "mail", "email_postmark"} else foreign(source, 40)


def clock(at: datetime) -> str:
    """The time of day in the reader's own time zone."""
    return f"<!date^{int(at.timestamp())}^{{time}}|{at.astimezone(UTC):%H:%M} UTC>"


def day(at: datetime) -> str:
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}}|{at.astimezone(UTC):%a %d %b}>"


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


def _clusters(text: str) -> list[str]:
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


def foreign(text: str, limit: int = 3000, *, one_line: bool = False) -> str:
    """Text from outside, harmless in mrkdwn: escaped, then cut at a whole character to at most `limit`."""
    if len(text) > 4 * limit:
        text = text[: 4 * limit]
    text = clean(" ".join(text.split()) if one_line else text)
    return _fit(("".join(_ENTITIES.get(ch, ch) for ch in cluster) for cluster in _clusters(text)), limit)


def _fit(pieces: Iterable[str], limit: int) -> str:
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
    return text if len(text) <= limit else _fit(_clusters(text[: limit * 2]), limit)


def link(url: str, label: str) -> str:
    """A link whose address can't break out of its brackets; only http(s) of a usable length is linked."""
    url = clean(url)
    if not url.startswith(("https://", "http://")) or len(url) > LONGEST_URL:
        return foreign(label, 200, one_line=True)
    safe = url.translate({ord("|"): "%7C", ord(">"): "%3E", ord("<"): "%3C", ord(" "): "%20", ord("\n"): ""})
    return f"<{safe.replace('&', '&amp;')}|{foreign(label, 200, one_line=True).replace('|', '¦')}>"


def plain(text: str) -> str:
    """mrkdwn for a terminal: mentions and dates as their fallback, entities as characters."""
    text = re.sub(r"<!date\^\d+\^[^<|>]*\|([^<>]*)>", r"\1", text)
    text = re.sub(r"<([@#!])([^<|>]*)(\|[^<>]*)?>", r"\1\2", text)
    text = re.sub(r"<([^<|>]*)\|([^<>]*)>", r"\2 (\1)", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def sentence(error: BaseException) -> str:
    """An error's first line with one full stop, for the log."""
    said = str(error).partition("\n")[0].rstrip(". ") or type(error).__name__
    return f"{said}."

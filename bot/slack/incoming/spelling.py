"""Reads what phones type: quotes of any shape, a dash for "--", blanks that do not break, wide letters. Pure."""

import re
import unicodedata
from dataclasses import dataclass

from bot.bug.errors import Refused

_DOUBLE, _SINGLE = '"“”„‟＂«»', "'‘’‚‛＇"
_STRAIGHT = "\"'"
_REASON = re.compile(r"(--+|—+|―+|－{2}|–(?=\s|$))\s*")
_HEAD = re.compile(r"[^\s=＝]*")
_DASHES = re.compile("[‐‑‒–—―−]")
_HIDDEN = re.compile("[\u200b\u2060\ufeff]")
_UNBREAKABLE = re.compile("[\u00a0\u2007\u202f]")


@dataclass(frozen=True, kw_only=True)
class Word:
    name: str
    value: str | None
    """What stands behind the "="; None: there is none."""


def words(text: str) -> tuple[list[Word], str]:
    """The words of a call and the reason behind the dashes. `a=` is left out: it says nothing. Raises Refused."""
    text = _UNBREAKABLE.sub(" ", _HIDDEN.sub("", text)).strip()
    found: list[Word] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        if reason := _REASON.match(text, at):
            return found, text[reason.end() :].strip()
        word, at = _word(text, at)
        found += [] if word is None else [word]
    return found, ""


def said(text: str) -> str:
    """What is said behind the dashes, or without them."""
    bare = _UNBREAKABLE.sub(" ", _HIDDEN.sub("", text)).strip()
    dashes = _REASON.match(bare)
    return bare[dashes.end() :].strip() if dashes else bare


def name(text: str) -> str:
    """Of an action or a parameter: plain letters and hyphens."""
    return _DASHES.sub("-", unicodedata.normalize("NFKC", text))


def head(text: str) -> str:
    """The same for the first word, the others as they are."""
    first, *rest = _HIDDEN.sub("", text.strip()).split(maxsplit=1) or [""]
    return " ".join([name(first), *rest]).strip()


def _word(text: str, at: int) -> tuple[Word | None, int]:
    if text[at] in _DOUBLE + _SINGLE:  # the whole of it in quotes, as a shell takes it
        inner, at = _quoted(text, at)
        before, sign, after = inner.partition("=")
        return Word(name=before, value=after if sign else None), at
    found = _HEAD.match(text, at)
    end = found.end() if found else at
    if text[end : end + 1] not in ("=", "＝"):
        return Word(name=text[at:end], value=None), end
    before, at = text[at:end], end + 1
    if text[at : at + 1] and text[at] in _DOUBLE + _SINGLE:
        value, at = _quoted(text, at)
        return Word(name=before, value=value), at
    value = text[at:].split(maxsplit=1)[0] if text[at : at + 1].strip() else ""
    return (Word(name=before, value=value) if value else None), at + len(value)


def _quoted(text: str, at: int) -> tuple[str, int]:
    """Quotes count where they stand around the whole value. Within it they are letters like others."""
    opens = text[at]
    family = _DOUBLE if opens in _DOUBLE else _SINGLE
    own = opens if opens in _STRAIGHT else "".join(c for c in family if c not in _STRAIGHT)
    for closers in (own, family):
        for end in range(at + 1, len(text)):
            if text[end] in closers and not text[end + 1 : end + 2].strip() and not _escaped(text, at, end, opens):
                return _inner(text[at + 1 : end], opens), end + 1
    raise Refused('A quote is not closed. As in: `/fix BUG-1 set-column value="a b" -- reason`.')


def _escaped(text: str, start: int, at: int, opens: str) -> bool:
    before = text[start + 1 : at]
    return opens == '"' and (len(before) - len(before.rstrip("\\"))) % 2 == 1


def _inner(text: str, opens: str) -> str:
    if opens == '"':
        return re.sub(r'\\(["\\])', r"\1", text)
    if opens == "'" and ("''" in text or "\\'" in text):
        raise Refused(
            'A quote stands within quotes of its own kind. Put the value into the other kind: `value="it\'s"`.'
        )
    return text

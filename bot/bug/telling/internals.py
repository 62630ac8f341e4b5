"""Finds in a text for customers what they need not know. Pure.

That is: the shapes of code, our own numbers, links to trackers, other people's addresses.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlsplit

from bot.bug.bug import Bug
from bot.bug.customers.customer import Customer

LONGEST, MOST = 5000, 8
"""Characters that are looked at; pieces that are named."""
_SHAPES = re.compile(
    r"https?://[^\s<>()\"']{1,500}"
    r"|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"
    r"|\bBUG-\d{1,9}\b"
    r"|File \"[^\"\n]{1,200}\", line \d+"
    r"|(?<![\w/])/?(?:[\w.-]{1,80}/){1,12}[\w.-]{1,80}\.[a-z]{1,5}(?::\d+)+"
    r"|\b[\w-]{1,80}\.(?:php|py|rb|js|ts|jsx|tsx|java|go|rs|cs|kt|ex|vue|sql)(?::\d+|\b)"
    r"|\bat [\w$.<>]{1,120} ?\([^()\n]{1,200}:\d+(?::\d+)?\)"
    r"|[\w\\]{1,120}(?:::|->)\w{1,80}(?:\(\))?"
    r"|\b[A-Za-z_]\w{0,80}\(\)"
    r"|\b[a-z][a-z0-9]{0,40}(?:_[a-z0-9]{1,40}){1,8}\b"
    r"|\b[A-Z][a-z0-9]{1,40}(?:[A-Z][a-z0-9]{1,40}){0,6}(?:Exception|Error)\b"
    r"|\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{12,64}\b",
)
_TRACKERS = ("sentry.io", "bugsnag.com", "rollbar.com", "honeybadger.io", "glitchtip.com", "trello.com", "slack.com")


def internals(
    text: str, bug: Bug, readers: Sequence[Customer], said: Iterable[str], *, template: str, ours: str = ""
) -> tuple[str, ...]:
    """The pieces, each once, in the order of the text. `said`: what the customers wrote, whose words and page's words are theirs.

    `template` is what the team always writes, and `ours` the address it writes from.
    """
    if _is_template(text, template):
        return ()
    known = "\n".join((*said, bug.page, *(c.said for c in readers), *(c.subject for c in readers))).casefold()
    found = (piece for piece in _pieces(text[:LONGEST]) if piece.casefold() not in known)
    theirs = {c.hint.email.casefold() for c in readers} if len(readers) == 1 else set()
    hosts = _hosts(bug)
    shown = (piece for piece in found if _is_internal(piece, theirs, ours.casefold(), hosts))
    return tuple(dict.fromkeys(shown))[:MOST]


def _is_template(text: str, template: str) -> bool:
    """As the team wrote it; `{by}` and `{within}` in it stand for a time."""
    filled = re.escape(template.strip())
    for place in ("{by}", "{within}"):
        filled = filled.replace(re.escape(place), ".{1,20}")
    return re.fullmatch(filled, text.strip()) is not None


def _pieces(text: str) -> Iterator[str]:
    return (found[0].rstrip(".,;:!?") for found in _SHAPES.finditer(text))


def _is_internal(piece: str, theirs: set[str], ours: str, hosts: set[str]) -> bool:
    """The address of another page, of the reader or of ours gives nothing away; every other shape does."""
    if piece.startswith(("http://", "https://")):
        host = _host(piece)
        return any(host == each or host.endswith(f".{each}") for each in hosts)
    if "@" in piece:
        return piece.casefold() not in theirs and piece.casefold() not in ours
    return True


def _hosts(bug: Bug) -> set[str]:
    """Where this bug is looked at: public trackers, and those of our own."""
    own = (bug.url, bug.card_url, bug.board.url if bug.board else "")
    return {*_TRACKERS, *filter(None, map(_host, own))}


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").casefold()
    except ValueError:
        return ""

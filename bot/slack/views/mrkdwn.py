"""Renders neutral words as Slack's mrkdwn. Only this module knows its escapes, mentions and dates."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from bot.bug.errors import MakegoodError
from bot.bug.money import Grant, amount
from bot.bug.words import Clock, Code, Day, Foreign, Link, Part, Person, Press, Quote, source_name
from bot.text import clean, clusters, fit

LONGEST_URL = 2000
"""A longer address would fill the message, and no browser needs it."""
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_ESCAPES = str.maketrans(_ENTITIES)
TICK = "ˋ"
"""What a backtick from outside becomes: it looks like one, and opens nothing."""
FENCE = "```"
_NOT_OURS = re.compile(r"<(?!@[UWS][A-Z0-9]+>|#[CG][A-Z0-9]+>|!date\^|https?://)")
"""An opening bracket that none of our own mentions, dates and links has."""

Name = Callable[[str], str]


def who(person: str) -> str:
    """A mention: Slack shows the name. Ids that are not people's ("cli:anna") stay as they are."""
    return f"<@{person}>" if person[:1] in {"U", "W"} and person.isalnum() else person


def channel(source: str) -> str:
    """How people call the place where something came from, harmless in mrkdwn."""
    return foreign(source_name(source), 40)


def clock(at: datetime) -> str:
    """The time of day in the reader's own time zone."""
    return f"<!date^{int(at.timestamp())}^{{time}}|{at.astimezone(UTC):%H:%M} UTC>"


def day(at: datetime) -> str:
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}}|{at.astimezone(UTC):%a %d %b}>"


def foreign(text: str, limit: int = 3000, *, one_line: bool = False) -> str:
    """Text from outside, harmless in mrkdwn: escaped, then cut at a whole character to at most `limit`."""
    return _escaped(" ".join(text[: 4 * limit].split()) if one_line else text, limit).replace("`", TICK)


def block(text: str, limit: int = 3000) -> str:
    """Text from outside as a code block of at most `limit`, which ends where we end it; single backticks in it stay."""
    return _fenced(_escaped(text, limit - 2 * len(FENCE)))


def code_blocks(text: str, size: int) -> Iterator[str]:
    """All of a text, in code blocks of at most `size`; no character is cut in two."""
    now = ""
    for cluster in clusters(clean(text)):
        piece = "".join(_ENTITIES.get(ch, ch) for ch in cluster)
        if len(now) + len(piece) > size - 2 * len(FENCE):
            yield _fenced(now)
            now = ""
        now += piece
    if now:
        yield _fenced(now)


def _fenced(escaped: str) -> str:
    return FENCE + re.sub(r"^`+|`+$|``+", lambda found: TICK * len(found[0]), escaped) + FENCE


def _escaped(text: str, limit: int) -> str:
    text = clean(text[: 4 * limit])
    whole = text.translate(_ESCAPES)
    if len(whole) < limit:
        return whole  # nothing is cut, so nobody needs to know where a character ends
    return fit(("".join(_ENTITIES.get(ch, ch) for ch in cluster) for cluster in clusters(text)), limit)


def link(url: str, label: str) -> str:
    """A link whose address can't break out of its brackets; only http(s) of a usable length is linked."""
    url = clean(url)
    if not url.startswith(("https://", "http://")) or len(url) > LONGEST_URL:
        return foreign(label, 200, one_line=True)
    safe = url.translate({ord("|"): "%7C", ord(">"): "%3E", ord("<"): "%3C", ord(" "): "%20", ord("\n"): ""})
    return f"<{safe.replace('&', '&amp;')}|{foreign(label, 200, one_line=True).replace('|', '¦')}>"


def plain(text: str) -> str:
    """mrkdwn for a terminal: mentions and dates as their fallback, entities and backticks as characters."""
    text = re.sub(r"<!date\^\d+\^[^<|>]*\|([^<>]*)>", r"\1", text)
    text = re.sub(r"<([@#!])([^<|>]*)(\|[^<>]*)?>", r"\1\2", text)
    text = re.sub(r"<([^<|>]*)\|([^<>]*)>", r"\2 (\1)", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace(TICK, "`")


def render(parts: Iterable[Part], name: Name = who) -> str:
    """Neutral words as mrkdwn. `name` turns an actor's id into a mention or a name that is harmless already."""
    return "".join(_part(part, name) for part in parts)


def _part(part: Part, name: Name) -> str:  # noqa: PLR0911 - one for each kind of part
    match part:
        case Person(id=id_):
            return name(id_)
        case Foreign(text=text, limit=limit):
            return foreign(text, limit, one_line=True)
        case Quote(text=text, limit=limit):
            return f"“{foreign(text, limit, one_line=True)}”"
        case Code(text=text, limit=limit, block=fenced):
            fence = FENCE if fenced else "`"
            return f"{fence}{foreign(text, limit, one_line=True)}{fence}"
        case Clock(at=at):
            return clock(at)
        case Day(at=at):
            return day(at)
        case Link(url=url, label=label):
            return link(url, label)
        case Press(button=button):
            return f"*{button}*"
        case str():
            return part


def explain(error: MakegoodError) -> str:
    """An error's sentence for people, as mrkdwn. What it quotes of what somebody typed opens nothing."""
    return _NOT_OURS.sub("&lt;", render(error.said).replace(FENCE, TICK * len(FENCE)))


def gift(grant: Grant) -> str:
    """A makegood in few words."""
    return render(amount(grant))

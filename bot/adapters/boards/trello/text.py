"""Writes Trello's card descriptions: our block ends with the marker, below the text of others. Pure."""

import re

from bot.adapters.ports import CardText

LONGEST = 16_384
"""Characters of a description or a comment, as JavaScript counts them."""
RULE = "\n\n---\n\n"
CUT = "\n\n(Cut here: Trello takes no more. The whole story is in Slack.)"


def describe(card: CardText, *, present: str = "", adopted: bool = False) -> str:
    """The description to write, given the present one; what people or the tracker wrote around our block stays."""
    above, below = _around(present, card.marker)
    if adopted and not _stands(card.marker, present):
        above, below = present, ""
    head = f"{above}{RULE}" if above else ""
    tail = f"\n\n{card.marker}{below}"
    room = LONGEST - length(head) - length(tail)
    if room < length(CUT):  # nearly all of it is somebody's text: that gives way, ours is what the card is for
        return fit(card.description, LONGEST - length(tail)) + tail
    return head + fit(_without(card.description, card.marker), room) + tail


def has(marker: str, description: str) -> bool:
    return _stands(marker, description)


def fit(text: str, most: int) -> str:
    """At most so many characters, with a word about what was cut."""
    if length(text) <= most:
        return text
    kept = text.encode("utf-16-le", "surrogatepass")[: 2 * (most - length(CUT))]
    return kept.decode("utf-16-le", "ignore").rstrip() + CUT


def length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _stands(marker: str, text: str) -> bool:
    """As a whole: BUG-1 is not in BUG-17."""
    return _place(marker, text) is not None


def _place(marker: str, text: str) -> re.Match[str] | None:
    return re.search(rf"(?<!\w){re.escape(marker)}(?!\w)", text)


def _around(present: str, marker: str) -> tuple[str, str]:
    place = _place(marker, present)
    if place is None:
        return "", ""
    above, rule, _ours = present[: place.start()].rpartition(RULE)
    return (above if rule else ""), present[place.end() :]


def _without(text: str, marker: str) -> str:
    """The core may have put the marker into the text already; it is to stand once, at the end."""
    place = _place(marker, text)
    return text if place is None else (text[: place.start()] + text[place.end() :]).strip()

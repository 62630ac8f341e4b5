"""Reads the words of an HTML fragment in one pass.

Own code on purpose: the standard library's HTMLParser takes minutes for 50,000 characters of "<a <a <a", and it is a
stranger who chooses them.
"""

import re
from html import unescape

from bot.adapters.channels.common.reading import LONGEST, tidy

TAG = re.compile(r"(?P<begin><!--)|-->|<(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]{0,19})\b[^<>]*>|<[!?][^<>]*>")
BREAKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "blockquote"})
SILENT = frozenset({"script", "style", "head", "title"})
LONGEST_MARKUP = 10 * LONGEST


def text_of_html(markup: str) -> str:
    """A line for each paragraph; nothing of scripts, styles and comments."""
    words: list[str] = []
    position, silent = 0, ""
    for tag in TAG.finditer(markup[:LONGEST_MARKUP]):
        if not silent:
            words += markup[position : tag.start()], _space(tag)
        position, silent = tag.end(), _silence(tag, silent)
    if not silent:
        words.append(markup[position:LONGEST_MARKUP])
    lines = (" ".join(line.split()) for line in unescape("".join(words)).splitlines())
    return tidy(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)))


def _space(tag: re.Match[str]) -> str:
    return "\n" if (tag["name"] or "").lower() in BREAKS and not tag["close"] else ""


def _silence(tag: re.Match[str], silent: str) -> str:
    """What makes the text after this tag silent: a comment, or an element nobody sees; empty for nothing."""
    if silent == "<!--":
        return "" if tag[0].endswith("-->") else silent
    name = (tag["name"] or "").lower()
    if silent:
        return "" if tag["close"] and name == silent else silent
    if tag["begin"]:
        return "<!--"
    return name if name in SILENT and not tag["close"] else ""

"""Reads a Slack message of any layout: its lines, its labelled fields, its addresses.

Apps lay out their messages as they like and change it without notice, so nothing here expects a shape: text is taken
wherever Slack would show it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.adapters.common.reading import Data, tidy
from bot.text import cut, one_line

_MOST = 20_000
"""Pieces of one message that are looked at; Slack's own limits are far below."""
_LONGEST = 12_000
_SHOWN = ("text", "blocks", "attachments")
_PROSE = frozenset({"text", "title", "pretext", "fallback"})
_WORDS = _PROSE | {"value"}
"""An attachment's field has its text in `value`, but so has a button, and that is not for people."""

_NAMED = (
    "project|release stage|environment|env|stage|level|severity|culprit|transaction|context|location|short id|alert"
)

_ADDRESS = re.compile(r"https?://[^\s<>|\"]+", re.IGNORECASE)
_LINK = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
_EMOJI = re.compile(r"(?<![\w:]):[a-z0-9_+'-]{1,60}:(?![\w:])")
_EMPHASIS = re.compile(r"(?<!\w)[*`~]+|[*`~]+(?!\w)")
_LABELLED = re.compile(rf"\b({_NAMED}):[ \t]+(\S.*?)(?=\s{{2,}}|\s+[a-z][\w.-]{{0,30}}:\s|$)", re.IGNORECASE)
_FIELD = re.compile(r"\s*\*([^*\n]{1,60}?):?\*:?\s+(\S.*)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Label:
    """An address and the words that people click on."""

    url: str
    words: str


def strings(message: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Each (key, string) that is shown or names something shown, in reading order."""
    stack: list[tuple[str, object]] = [(key, message.get(key)) for key in reversed(_SHOWN)]
    for _ in range(_MOST):
        if not stack:
            return
        key, value = stack.pop()
        if isinstance(value, str):
            yield key, value[:_LONGEST]
        elif isinstance(value, Mapping):
            stack.extend(reversed([(str(name), inner) for name, inner in value.items()]))
        elif isinstance(value, list | tuple):
            stack.extend((key, inner) for inner in reversed(value))


def addresses(text: str) -> list[str]:
    """Every web address in a text, bare or as <address|label>."""
    return [found.rstrip(".,;:!?)]}'*_~`") for found in _ADDRESS.findall(_unescape(text))]


def plain(mrkdwn: str) -> str:
    """As a person sees it, but for line ends: without emphasis, emoji codes and the addresses behind labels."""
    shown = _LINK.sub(lambda found: found[2] or found[1], mrkdwn)
    return tidy(_EMPHASIS.sub("", _EMOJI.sub("", _unescape(shown))))


def lines(message: Mapping[str, object]) -> list[str]:
    """Every line of prose, each once."""
    found = (one_line(line) for key, text in strings(message) if key in _PROSE for line in plain(text).splitlines())
    return list(dict.fromkeys(filter(None, found)))


def fields(message: Mapping[str, object]) -> dict[str, str]:
    """What is labelled: "environment" → "production". Attachments' fields, then blocks' fields, then "Label: value" in prose."""
    prose = [text for key, text in strings(message) if key in _WORDS]
    found = [*_attached(message), *filter(None, map(_field, prose)), *_in_prose(prose)]
    named = ((one_line(name).rstrip(":").lower(), cut(one_line(value), 500)) for name, value in reversed(found))
    return {name: value for name, value in named if name and value}


def labels(message: Mapping[str, object]) -> list[Label]:
    """Linked words: <address|words>, an attachment's title, a link in rich text."""
    found = [
        Label(url=_unescape(url), words=one_line(plain(words)))
        for key, text in strings(message)
        if key in _WORDS
        for url, words in _LINK.findall(text)
    ]
    return [label for label in (*found, *_titles(message), *_rich(message)) if label.words]


def code(message: Mapping[str, object]) -> str:
    """The first preformatted text, which is where apps put an error's own words."""
    blocks = (text.split("```")[1] for key, text in strings(message) if key in _WORDS and text.count("```") > 1)
    return tidy(_unescape(next(blocks, "")))


def _unescape(text: str) -> str:
    """Slack escapes these three and no others; a full HTML unescape would turn "&copy=1" of an address into "©=1"."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _attached(message: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for attachment in Data(message).rows("attachments"):
        for row in attachment.rows("fields"):
            yield row.line("title"), plain(row.text("value"))


def _field(text: str) -> tuple[str, str] | None:
    """A block writes a field as its bold name and, on the next line, its value."""
    found = _FIELD.fullmatch(text)
    return (found[1], plain(found[2])) if found and len(found[2]) <= _LONGEST // 4 else None


def _in_prose(prose: list[str]) -> Iterator[tuple[str, str]]:
    for text in prose:
        for line in plain(text).splitlines():
            yield from _LABELLED.findall(line[:1000])


def _titles(message: Mapping[str, object]) -> Iterator[Label]:
    for attachment in Data(message).rows("attachments"):
        yield Label(url=attachment.url("title_link"), words=one_line(plain(attachment.text("title"))))


def _rich(message: Mapping[str, object]) -> Iterator[Label]:
    for block in Data(message).rows("blocks"):
        for section in block.rows("elements"):
            for element in section.rows("elements"):
                yield Label(url=element.url("url"), words=element.line("text"))

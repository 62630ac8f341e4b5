"""Checks of rich text and images."""

from typing import Any

from slackblocks import _limits as limits

from bot.demo.slack.finder import MANY, Finder

_NEEDED = {
    "text": ("text",),
    "link": ("url",),
    "user": ("user_id",),
    "usergroup": ("usergroup_id",),
    "channel": ("channel_id",),
    "emoji": ("name",),
    "date": ("timestamp", "format"),
    "broadcast": ("range",),
    "color": ("value",),
    "team": ("team_id",),
}
_MORE = {"link": {"text", "unsafe"}, "emoji": {"unicode", "url"}, "date": {"url", "fallback"}}
_STYLES = {"bold", "italic", "strike", "code", "underline"}
_ALL = frozenset(_NEEDED)
_SECTIONS = {
    "rich_text_section": _ALL,
    "rich_text_quote": _ALL,
    "rich_text_preformatted": frozenset({"text", "link"}),
}


def rich_text_block(finder: Finder, path: str, block: Any) -> None:
    """One that stands inside of something else."""
    if finder.is_object(path, block):
        finder.only(path, block, {"type", "block_id", "elements"})
        finder.one_of(f"{path}.type", block.get("type"), {"rich_text"})
        finder.optional_string(path, block, "block_id", most=limits.BLOCK_ID_MAX_LENGTH)
        rich_text(finder, path, block)


def rich_text(finder: Finder, path: str, block: dict[str, Any]) -> None:
    for index, part in enumerate(finder.items(f"{path}.elements", block.get("elements"), most=limits.TEXT_MAX_LENGTH)):
        where = f"{path}.elements[{index}]"
        if finder.is_object(where, part):
            _part(finder, where, part)


def _part(finder: Finder, path: str, part: dict[str, Any]) -> None:
    _border(finder, path, part)
    if part.get("type") == "rich_text_list":
        _list(finder, path, part)
        return
    finder.one_of(f"{path}.type", part.get("type"), _SECTIONS)
    finder.only(path, part, {"type", "elements", "border"} - ({"border"} if _is_section(part) else set()))
    _inlines(finder, path, part)


def _is_section(part: Any) -> bool:
    return isinstance(part, dict) and part.get("type") == "rich_text_section"


def _border(finder: Finder, path: str, part: dict[str, Any]) -> None:
    if "border" in part:
        finder.number(f"{path}.border", part["border"], least=0, most=1)


def _list(finder: Finder, path: str, part: dict[str, Any]) -> None:
    finder.only(path, part, {"type", "elements", "style", "indent", "border", "offset"})
    finder.one_of(f"{path}.style", part.get("style"), {"bullet", "ordered"})
    finder.number(f"{path}.indent", part.get("indent", 0), least=0, most=limits.RICH_TEXT_LIST_INDENT_MAX)
    entries = finder.items(f"{path}.elements", part.get("elements"), most=limits.TEXT_MAX_LENGTH)
    for index, entry in enumerate(entries):
        if not _is_section(entry):
            finder.say(f"{path}.elements[{index}]", "must be a rich_text_section")
        else:
            _part(finder, f"{path}.elements[{index}]", entry)


def _inlines(finder: Finder, path: str, part: dict[str, Any]) -> None:
    kind = part.get("type")
    allowed = _SECTIONS.get(kind, _ALL) if isinstance(kind, str) else _ALL
    entries = finder.items(f"{path}.elements", part.get("elements"), least=0, most=limits.TEXT_MAX_LENGTH)
    for index, inline in enumerate(entries):
        _inline(finder, f"{path}.elements[{index}]", inline, allowed)


def _inline(finder: Finder, path: str, inline: Any, allowed: frozenset[str]) -> None:
    if not finder.is_object(path, inline):
        return
    kind = inline.get("type")
    if not isinstance(kind, str) or kind not in allowed:
        finder.say(path, f"a rich text element of type {kind!r} does not go here")
        return
    finder.only(path, inline, {"type", "style", *_NEEDED[kind], *_MORE.get(kind, ())})
    for key in _NEEDED[kind]:
        if key not in inline:
            finder.say(path, f"needs {key}")
    for key in ("text", "value"):
        finder.optional_string(path, inline, key, most=limits.MARKDOWN_TEXT_MAX_LENGTH)
    if kind == "broadcast":
        finder.one_of(f"{path}.range", inline.get("range"), {"here", "channel", "everyone"})
    if "style" in inline and finder.is_object(f"{path}.style", inline["style"]):
        finder.only(f"{path}.style", inline["style"], _STYLES)


def image_element(finder: Finder, path: str, image: Any) -> None:
    """An image that stands in something else than a block of its own."""
    if finder.is_object(path, image):
        finder.only(path, image, {"type", "image_url", "slack_file", "alt_text"})
        finder.one_of(f"{path}.type", image.get("type"), {"image"})
        image_source(finder, path, image)


def image_source(finder: Finder, path: str, image: dict[str, Any]) -> None:
    if ("image_url" in image) == ("slack_file" in image):
        finder.say(path, "needs either image_url or slack_file")
    finder.optional_string(path, image, "image_url", most=limits.IMAGE_IMAGE_URL_MAX_LENGTH)
    finder.string(f"{path}.alt_text", image.get("alt_text"), most=limits.IMAGE_ALT_TEXT_MAX_LENGTH)
    if "slack_file" in image and finder.is_object(f"{path}.slack_file", image["slack_file"]):
        _slack_file(finder, f"{path}.slack_file", image["slack_file"])


def _slack_file(finder: Finder, path: str, file: dict[str, Any]) -> None:
    finder.only(path, file, {"id", "url"})
    if ("id" in file) == ("url" in file):
        finder.say(path, "needs either id or url")
    finder.optional_string(path, file, "id", most=MANY)

"""Checks of rich text and images."""

from typing import Any

from slackblocks import _limits as limits

from bot.demo.slack.finder import Finder

_INLINE = {
    "text": "text",
    "link": "url",
    "user": "user_id",
    "usergroup": "usergroup_id",
    "channel": "channel_id",
    "emoji": "name",
    "date": "timestamp",
    "broadcast": "range",
    "color": "value",
    "team": "team_id",
}
_SECTIONS = frozenset({"rich_text_section", "rich_text_preformatted", "rich_text_quote"})


def rich_text(finder: Finder, path: str, block: dict[str, Any]) -> None:
    for index, part in enumerate(finder.items(f"{path}.elements", block.get("elements"), most=limits.TEXT_MAX_LENGTH)):
        where = f"{path}.elements[{index}]"
        if finder.is_object(where, part):
            _part(finder, where, part)


def _part(finder: Finder, path: str, part: dict[str, Any]) -> None:
    if part.get("type") == "rich_text_list":
        finder.one_of(f"{path}.style", part.get("style"), {"bullet", "ordered"})
        finder.number(f"{path}.indent", part.get("indent", 0), least=0, most=limits.RICH_TEXT_LIST_INDENT_MAX)
        for index, entry in enumerate(
            finder.items(f"{path}.elements", part.get("elements"), most=limits.TEXT_MAX_LENGTH)
        ):
            if finder.is_object(f"{path}.elements[{index}]", entry):
                _part(finder, f"{path}.elements[{index}]", entry)
        return
    finder.one_of(f"{path}.type", part.get("type"), _SECTIONS)
    entries = finder.items(f"{path}.elements", part.get("elements"), least=0, most=limits.TEXT_MAX_LENGTH)
    for index, inline in enumerate(entries):
        _inline(finder, f"{path}.elements[{index}]", inline)


def _inline(finder: Finder, path: str, inline: Any) -> None:
    if not finder.is_object(path, inline):
        return
    if inline.get("type") not in _INLINE:
        finder.say(path, f"there is no rich text element of type {inline.get('type')!r}")
    elif _INLINE[inline["type"]] not in inline:
        finder.say(path, f"needs {_INLINE[inline['type']]}")
    elif inline["type"] == "text":
        finder.string(f"{path}.text", inline["text"], most=limits.MARKDOWN_TEXT_MAX_LENGTH)


def image_source(finder: Finder, path: str, image: dict[str, Any]) -> None:
    if ("image_url" in image) == ("slack_file" in image):
        finder.say(path, "needs either image_url or slack_file")
    finder.optional_string(path, image, "image_url", most=limits.IMAGE_IMAGE_URL_MAX_LENGTH)
    finder.string(f"{path}.alt_text", image.get("alt_text"), most=limits.IMAGE_ALT_TEXT_MAX_LENGTH)

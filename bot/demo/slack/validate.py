"""Block Kit as Slack accepts it: `problems(blocks, surface)` and `view_problems(view)` say what it would refuse, and where.

The numbers are those of slackblocks; its own reader lacks tables, containers and plans, so that raw JSON is walked here.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from slackblocks import _limits as limits
from slackblocks._surfaces import _BLOCK_TYPES_BY_SURFACE

from bot.demo.slack.finder import MARKED, PLAIN, Finder
from bot.demo.slack.validate_data import data_table, data_visualization, plan, table, task_card
from bot.demo.slack.validate_elements import (
    BUTTONS,
    CONTROLS,
    IN_ACTIONS,
    IN_CONTEXT_ACTIONS,
    INPUTS,
    SECTION_ACCESSORIES,
    element,
)
from bot.demo.slack.validate_rich import image_element, image_source, rich_text, rich_text_block

SURFACES: dict[str, frozenset[str]] = {str(surface): kinds for surface, kinds in _BLOCK_TYPES_BY_SURFACE.items()}
VIEW_BYTES = 250_000
ALERT_LEVELS = frozenset({"default", "info", "warning", "error", "success"})
CONTAINED = frozenset(
    {"actions", "context", "divider", "file", "header", "image", "input", "rich_text", "section", "table", "video"}
)
WIDTHS = frozenset({"narrow", "standard", "wide", "full"})
Check = Callable[[Finder, str, dict[str, Any]], None]


def problems(blocks: Any, surface: str) -> list[str]:
    """Everything Slack would refuse in these blocks on a message, modal or home."""
    finder = Finder()
    most = limits.MESSAGE_BLOCKS_MAX_ITEMS if surface == "message" else limits.VIEW_BLOCKS_MAX_ITEMS
    entries = finder.items("blocks", blocks, least=0, most=most)
    for index, block in enumerate(entries):
        _block(finder, f"blocks[{index}]", block, SURFACES[surface])
    well_formed = [block for block in entries if isinstance(block, dict)]
    _across(finder, well_formed)
    return finder.found


def view_problems(view: Any) -> list[str]:
    """The same for a modal or a Home tab with its own fields."""
    finder = Finder()
    if not finder.is_object("view", view):
        return finder.found
    finder.one_of("view.type", view.get("type"), {"modal", "home"})
    finder.only("view", view, _VIEW_KEYS if view.get("type") == "modal" else _HOME_KEYS)
    for key, most in _VIEW_STRINGS.items():
        finder.optional_string("view", view, key, most=most, least=0)
    _modal(finder, view)
    if len(json.dumps(view)) > VIEW_BYTES:
        finder.say("view", f"must be at most {VIEW_BYTES} bytes (view_too_large)")
    return finder.found + problems(view.get("blocks"), "home" if view.get("type") == "home" else "modal")


_VIEW_STRINGS = {
    "private_metadata": limits.VIEW_PRIVATE_METADATA_MAX_LENGTH,
    "callback_id": limits.VIEW_CALLBACK_ID_MAX_LENGTH,
    "external_id": limits.VIEW_EXTERNAL_ID_MAX_LENGTH,
}
_HOME_KEYS = {"type", "blocks", *_VIEW_STRINGS}
_VIEW_KEYS = _HOME_KEYS | {"title", "close", "submit", "clear_on_close", "notify_on_close", "submit_disabled"}


def _modal(finder: Finder, view: dict[str, Any]) -> None:
    if view.get("type") != "modal":
        return
    finder.text("view.title", view.get("title"), most=limits.VIEW_TITLE_MAX_LENGTH, kinds=PLAIN)
    finder.optional_text("view", view, "close", most=limits.VIEW_CLOSE_MAX_LENGTH, kinds=PLAIN)
    finder.optional_text("view", view, "submit", most=limits.VIEW_SUBMIT_MAX_LENGTH, kinds=PLAIN)
    blocks = view.get("blocks")
    asks = isinstance(blocks, list) and any(
        isinstance(block, dict) and block.get("type") == "input" for block in blocks
    )
    if asks and "submit" not in view:
        finder.say("view.submit", "is required when there is an input block")


def _across(finder: Finder, blocks: list[dict[str, Any]]) -> None:
    """What holds for all blocks together: unique ids, two charts, 12,000 characters of markdown."""
    finder.unique("blocks", [block["block_id"] for block in blocks if "block_id" in block], "block_id")
    for index, block in enumerate(blocks):
        finder.unique(
            f"blocks[{index}]", [e["action_id"] for e in walk_elements([block]) if "action_id" in e], "action_id"
        )
    charts = sum(block.get("type") == "data_visualization" for block in blocks)
    if charts > limits.MESSAGE_DATA_VISUALIZATIONS_MAX_ITEMS:
        finder.say(
            "blocks", f"at most {limits.MESSAGE_DATA_VISUALIZATIONS_MAX_ITEMS} data_visualization blocks, not {charts}"
        )
    markdown = sum(len(str(block.get("text"))) for block in blocks if block.get("type") == "markdown")
    if markdown > limits.MARKDOWN_TOTAL_TEXT_MAX_LENGTH:
        finder.say(
            "blocks", f"markdown of all blocks must be at most {limits.MARKDOWN_TOTAL_TEXT_MAX_LENGTH} characters"
        )


def walk_elements(blocks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every interactive element, wherever it stands, with its block's id as `block_id`."""
    for block in blocks:
        nested = block.get("child_blocks") or (block.get("elements") if block.get("type") == "carousel" else None)
        if isinstance(nested, list):
            yield from walk_elements([one for one in nested if isinstance(one, dict)])
            continue
        candidates = [block.get("element"), block.get("accessory"), *_list(block, "elements"), *_list(block, "actions")]
        for candidate in candidates:
            if isinstance(candidate, dict) and str(candidate.get("type")) in CONTROLS:
                yield {**candidate, "block_id": block.get("block_id")}


def _list(holder: dict[str, Any], key: str) -> list[Any]:
    found = holder.get(key)
    return found if isinstance(found, list) else []


def _block(finder: Finder, path: str, block: Any, allowed: frozenset[str]) -> None:
    if not finder.is_object(path, block):
        return
    kind = block.get("type")
    if not isinstance(kind, str) or kind not in _CHECKS:
        finder.say(path, f"there is no block of type {kind!r}")
        return
    if kind not in allowed:
        finder.say(path, f"a {kind} block is not supported here")
    keys, check = _CHECKS[kind]
    finder.only(path, block, {"type", "block_id", *keys})
    finder.optional_string(path, block, "block_id", most=limits.BLOCK_ID_MAX_LENGTH)
    check(finder, path, block)


def _section(finder: Finder, path: str, block: dict[str, Any]) -> None:
    if "text" not in block and "fields" not in block:
        finder.say(path, "needs text or fields")
    finder.optional_text(path, block, "text", most=limits.SECTION_TEXT_MAX_LENGTH)
    if "fields" in block:
        for index, field in enumerate(
            finder.items(f"{path}.fields", block["fields"], most=limits.SECTION_FIELDS_MAX_ITEMS)
        ):
            finder.text(f"{path}.fields[{index}]", field, most=limits.SECTION_FIELDS_ITEM_MAX_LENGTH)
    if "accessory" in block:
        element(finder, f"{path}.accessory", block["accessory"], SECTION_ACCESSORIES)


def _header(finder: Finder, path: str, block: dict[str, Any]) -> None:
    finder.text(f"{path}.text", block.get("text"), most=limits.HEADER_TEXT_MAX_LENGTH, kinds=PLAIN)


def _actions(finder: Finder, path: str, block: dict[str, Any]) -> None:
    for index, one in enumerate(
        finder.items(f"{path}.elements", block.get("elements"), most=limits.ACTIONS_ELEMENTS_MAX_ITEMS)
    ):
        element(finder, f"{path}.elements[{index}]", one, IN_ACTIONS)


def _context(finder: Finder, path: str, block: dict[str, Any]) -> None:
    for index, one in enumerate(
        finder.items(f"{path}.elements", block.get("elements"), most=limits.CONTEXT_ELEMENTS_MAX_ITEMS)
    ):
        where = f"{path}.elements[{index}]"
        if isinstance(one, dict) and one.get("type") == "image":
            image_element(finder, where, one)
        else:
            finder.text(where, one, most=limits.TEXT_MAX_LENGTH)


def _context_actions(finder: Finder, path: str, block: dict[str, Any]) -> None:
    entries = finder.items(f"{path}.elements", block.get("elements"), most=limits.CONTEXT_ACTIONS_ELEMENTS_MAX_ITEMS)
    for index, one in enumerate(entries):
        element(finder, f"{path}.elements[{index}]", one, IN_CONTEXT_ACTIONS)


def _divider(_finder: Finder, _path: str, _block_: dict[str, Any]) -> None:
    """A line has nothing that could be wrong."""


def _input(finder: Finder, path: str, block: dict[str, Any]) -> None:
    finder.text(f"{path}.label", block.get("label"), most=limits.INPUT_LABEL_MAX_LENGTH, kinds=PLAIN)
    finder.optional_text(path, block, "hint", most=limits.INPUT_HINT_MAX_LENGTH, kinds=PLAIN)
    element(finder, f"{path}.element", block.get("element"), INPUTS)


def _image(finder: Finder, path: str, block: dict[str, Any]) -> None:
    image_source(finder, path, block)
    finder.optional_text(path, block, "title", most=limits.IMAGE_TITLE_MAX_LENGTH, kinds=PLAIN)


def _markdown(finder: Finder, path: str, block: dict[str, Any]) -> None:
    finder.string(f"{path}.text", block.get("text"), most=limits.MARKDOWN_TEXT_MAX_LENGTH)


def _alert(finder: Finder, path: str, block: dict[str, Any]) -> None:
    finder.text(f"{path}.text", block.get("text"), most=limits.ALERT_TEXT_MAX_LENGTH)
    if "level" in block:
        finder.one_of(f"{path}.level", block["level"], ALERT_LEVELS)


def _file(finder: Finder, path: str, block: dict[str, Any]) -> None:
    finder.string(f"{path}.external_id", block.get("external_id"), most=limits.BLOCK_ID_MAX_LENGTH)
    finder.one_of(f"{path}.source", block.get("source"), {"remote"})


def _video(finder: Finder, path: str, block: dict[str, Any]) -> None:
    finder.string(f"{path}.alt_text", block.get("alt_text"), most=limits.VIDEO_ALT_TEXT_MAX_LENGTH)
    finder.text(f"{path}.title", block.get("title"), most=limits.VIDEO_TITLE_MAX_LENGTH, kinds=PLAIN)
    finder.string(f"{path}.video_url", block.get("video_url"), most=limits.VIDEO_VIDEO_URL_MAX_LENGTH)
    finder.string(f"{path}.thumbnail_url", block.get("thumbnail_url"), most=limits.VIDEO_THUMBNAIL_URL_MAX_LENGTH)
    finder.optional_text(path, block, "description", most=limits.VIDEO_DESCRIPTION_MAX_LENGTH, kinds=PLAIN)


def _card(finder: Finder, path: str, block: dict[str, Any]) -> None:
    if not {"hero_image", "title", "body", "actions"} & block.keys():
        finder.say(path, "needs one of hero_image, title, body or actions")
    finder.optional_text(path, block, "title", most=limits.CARD_TITLE_MAX_LENGTH, kinds=MARKED)
    finder.optional_text(path, block, "subtitle", most=limits.CARD_SUBTITLE_MAX_LENGTH, kinds=MARKED)
    finder.optional_text(path, block, "body", most=limits.CARD_BODY_MAX_LENGTH, kinds=MARKED)
    for key in {"icon", "hero_image"} & block.keys():
        image_element(finder, f"{path}.{key}", block[key])
    finder.optional_text(path, block, "subtext", most=limits.CARD_SUBTEXT_MAX_LENGTH)
    if "actions" in block:
        for index, one in enumerate(
            finder.items(f"{path}.actions", block["actions"], most=limits.CARD_ACTIONS_MAX_ITEMS)
        ):
            element(finder, f"{path}.actions[{index}]", one, BUTTONS)


def _carousel(finder: Finder, path: str, block: dict[str, Any]) -> None:
    cards = finder.items(f"{path}.elements", block.get("elements"), most=limits.CAROUSEL_ELEMENTS_MAX_ITEMS)
    for index, one in enumerate(cards):
        _block(finder, f"{path}.elements[{index}]", one, frozenset({"card"}))


def _container(finder: Finder, path: str, block: dict[str, Any]) -> None:
    if "title" not in block and "rich_text_title" not in block:
        finder.say(path, "needs title or rich_text_title")
    finder.optional_text(path, block, "title", most=limits.CONTAINER_TITLE_MAX_LENGTH, kinds=PLAIN)
    finder.optional_text(path, block, "subtitle", most=limits.CONTAINER_SUBTITLE_MAX_LENGTH)
    finder.one_of(f"{path}.width", block.get("width", "standard"), WIDTHS)
    if "icon" in block:
        image_element(finder, f"{path}.icon", block["icon"])
    if "rich_text_title" in block:
        rich_text_block(finder, f"{path}.rich_text_title", block["rich_text_title"])
    if block.get("default_collapsed") and not block.get("is_collapsible"):
        finder.say(path, "default_collapsed requires is_collapsible")
    if block.get("has_header_divider") and block.get("is_collapsible"):
        finder.say(path, "has_header_divider is only for containers that cannot be collapsed")
    children = finder.items(
        f"{path}.child_blocks", block.get("child_blocks"), most=limits.CONTAINER_CHILD_BLOCKS_MAX_ITEMS
    )
    for index, child in enumerate(children):
        _block(finder, f"{path}.child_blocks[{index}]", child, CONTAINED)


_VIDEO_NAMES = ("author_name", "provider_name", "provider_icon_url")
_CONTAINER_FLAGS = ("is_collapsible", "default_collapsed", "has_header_divider")
_CHECKS: dict[str, tuple[tuple[str, ...], Check]] = {
    "section": (("text", "fields", "accessory", "expand"), _section),
    "header": (("text", "level"), _header),
    "actions": (("elements",), _actions),
    "context": (("elements",), _context),
    "context_actions": (("elements",), _context_actions),
    "divider": ((), _divider),
    "input": (("label", "element", "dispatch_action", "hint", "optional"), _input),
    "image": (("image_url", "slack_file", "alt_text", "title"), _image),
    "markdown": (("text",), _markdown),
    "alert": (("text", "level"), _alert),
    "file": (("external_id", "source"), _file),
    "video": (
        ("alt_text", "title", "title_url", "video_url", "thumbnail_url", "description", *_VIDEO_NAMES),
        _video,
    ),
    "card": (("icon", "slack_icon", "title", "subtitle", "hero_image", "body", "subtext", "actions"), _card),
    "carousel": (("elements",), _carousel),
    "container": (
        ("title", "rich_text_title", "subtitle", "child_blocks", "width", "icon", *_CONTAINER_FLAGS),
        _container,
    ),
    "rich_text": (("elements",), rich_text),
    "table": (("rows", "column_settings"), table),
    "data_table": (("rows", "caption", "page_size", "row_header_column_index"), data_table),
    "data_visualization": (("title", "chart"), data_visualization),
    "plan": (("title", "tasks"), plan),
    "task_card": (("task_id", "title", "details", "output", "sources", "status"), task_card),
}

"""Checks of what a person clicks, picks or types into."""

from collections.abc import Callable
from typing import Any

from slackblocks import _limits as limits

from bot.demo.slack.finder import PLAIN, Finder
from bot.demo.slack.validate_rich import image_source

BUTTONS = frozenset({"button"})
_PICKERS = frozenset(
    {"datepicker", "timepicker", "datetimepicker", "checkboxes", "radio_buttons"}
    | {"static_select", "external_select", "users_select", "conversations_select", "channels_select"}
)
_MULTI = frozenset(f"multi_{kind}" for kind in _PICKERS if kind.endswith("_select"))
_TYPED = frozenset({"plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input"})
CONTROLS = BUTTONS | _PICKERS | _MULTI | _TYPED | {"overflow", "workflow_button", "file_input", "icon_button"}
IN_ACTIONS = CONTROLS - _TYPED - {"file_input", "icon_button"}
INPUTS = _PICKERS | _MULTI | _TYPED | {"file_input"}
SECTION_ACCESSORIES = BUTTONS | _PICKERS | _MULTI | {"overflow", "workflow_button", "image"}
_COMMON = {"type", "action_id", "confirm", "focus_on_load", "placeholder", "accessibility_label"}


def element(finder: Finder, path: str, value: Any, allowed: frozenset[str]) -> None:
    if not finder.is_object(path, value):
        return
    kind = value.get("type")
    if kind not in allowed:
        finder.say(path, f"an element of type {kind!r} does not go here")
        return
    if kind == "image":
        image_source(finder, path, value)
        return
    keys, check = _CHECKS.get(kind, (set(), _nothing_more))
    finder.only(path, value, _COMMON | keys)
    finder.optional_string(path, value, "action_id", most=limits.ACTION_ID_MAX_LENGTH)
    finder.optional_text(path, value, "placeholder", most=limits.SELECT_PLACEHOLDER_MAX_LENGTH, kinds=PLAIN)
    if "confirm" in value:
        _confirm(finder, f"{path}.confirm", value["confirm"])
    check(finder, path, value)


def _nothing_more(_finder: Finder, _path: str, _value: dict[str, Any]) -> None:
    """This kind has only what all have in common."""


def _confirm(finder: Finder, path: str, confirm: Any) -> None:
    if not finder.is_object(path, confirm):
        return
    finder.only(path, confirm, {"title", "text", "confirm", "deny", "style"})
    finder.text(f"{path}.title", confirm.get("title"), most=limits.CONFIRMATION_TITLE_MAX_LENGTH, kinds=PLAIN)
    finder.text(f"{path}.text", confirm.get("text"), most=limits.CONFIRMATION_TEXT_MAX_LENGTH)
    for key, most in (
        ("confirm", limits.CONFIRMATION_CONFIRM_MAX_LENGTH),
        ("deny", limits.CONFIRMATION_DENY_MAX_LENGTH),
    ):
        finder.text(f"{path}.{key}", confirm.get(key), most=most, kinds=PLAIN)
    if "style" in confirm:
        finder.one_of(f"{path}.style", confirm["style"], {"primary", "danger"})


def _button(finder: Finder, path: str, button: dict[str, Any]) -> None:
    finder.text(f"{path}.text", button.get("text"), most=limits.BUTTON_TEXT_MAX_LENGTH, kinds=PLAIN)
    finder.optional_string(path, button, "value", most=limits.BUTTON_VALUE_MAX_LENGTH, least=0)
    finder.optional_string(path, button, "url", most=limits.BUTTON_URL_MAX_LENGTH)
    finder.optional_string(path, button, "accessibility_label", most=limits.BUTTON_ACCESSIBILITY_LABEL_MAX_LENGTH)
    if "style" in button:
        finder.one_of(f"{path}.style", button["style"], {"primary", "danger"})


def option(finder: Finder, path: str, value: Any) -> None:
    if not finder.is_object(path, value):
        return
    finder.only(path, value, {"text", "value", "description", "url"})
    finder.text(f"{path}.text", value.get("text"), most=limits.OPTION_TEXT_MAX_LENGTH)
    finder.string(f"{path}.value", value.get("value"), most=limits.OPTION_VALUE_MAX_LENGTH)
    finder.optional_text(path, value, "description", most=limits.OPTION_DESCRIPTION_MAX_LENGTH)


def _options(finder: Finder, path: str, holder: dict[str, Any], most: int) -> None:
    options = finder.items(f"{path}.options", holder.get("options"), most=most)
    for index, one in enumerate(options):
        option(finder, f"{path}.options[{index}]", one)
    _initial(finder, path, holder, options)


def _initial(finder: Finder, path: str, holder: dict[str, Any], options: list[Any]) -> None:
    """What is chosen from the start must be one of the options, exactly."""
    chosen = [holder["initial_option"]] if "initial_option" in holder else []
    if "initial_options" in holder:
        chosen += finder.items(
            f"{path}.initial_options", holder["initial_options"], most=limits.SELECT_OPTIONS_MAX_ITEMS
        )
    for one in chosen:
        if one not in options:
            finder.say(f"{path}.initial_option", "must be one of the options, exactly as it stands there")


def _static_select(finder: Finder, path: str, select: dict[str, Any]) -> None:
    if ("options" in select) == ("option_groups" in select):
        finder.say(path, "needs either options or option_groups")
    elif "options" in select:
        _options(finder, path, select, limits.SELECT_OPTIONS_MAX_ITEMS)
    else:
        _groups(finder, path, select)


def _groups(finder: Finder, path: str, select: dict[str, Any]) -> None:
    groups = finder.items(f"{path}.option_groups", select["option_groups"], most=limits.SELECT_OPTION_GROUPS_MAX_ITEMS)
    for index, group in enumerate(groups):
        where = f"{path}.option_groups[{index}]"
        if finder.is_object(where, group):
            finder.text(f"{where}.label", group.get("label"), most=limits.OPTION_GROUP_LABEL_MAX_LENGTH, kinds=PLAIN)
            _options(finder, where, group, limits.OPTION_GROUP_OPTIONS_MAX_ITEMS)


def _overflow(finder: Finder, path: str, menu: dict[str, Any]) -> None:
    _options(finder, path, menu, limits.OVERFLOW_OPTIONS_MAX_ITEMS)


def _boxes(finder: Finder, path: str, boxes: dict[str, Any]) -> None:
    _options(finder, path, boxes, limits.CHECKBOXES_OPTIONS_MAX_ITEMS)


def _text_input(finder: Finder, path: str, field: dict[str, Any]) -> None:
    most = limits.PLAIN_TEXT_INPUT_MAX_LENGTH_MAX
    finder.optional_string(path, field, "initial_value", most=min(_int(field, "max_length", most), most), least=0)
    for key in ("min_length", "max_length"):
        if key in field:
            finder.number(f"{path}.{key}", field[key], least=0 if key == "min_length" else 1, most=most)
    if _int(field, "min_length", 0) > _int(field, "max_length", most):
        finder.say(path, "min_length must not exceed max_length")


def _int(holder: dict[str, Any], key: str, default: int) -> int:
    return holder[key] if isinstance(holder.get(key), int) else default


def _number_input(finder: Finder, path: str, field: dict[str, Any]) -> None:
    if not isinstance(field.get("is_decimal_allowed"), bool):
        finder.say(f"{path}.is_decimal_allowed", "must be true or false")
    for key in ("min_value", "max_value", "initial_value"):
        if key in field and not isinstance(field[key], str):
            finder.say(f"{path}.{key}", "must be a string")


_Check = Callable[[Finder, str, dict[str, Any]], None]
_ONE, _MANY = {"initial_option"}, {"initial_options", "max_selected_items"}
_LISTED = {"options", "option_groups"}
_DISPATCH = {"dispatch_action_config", "initial_value"}
_CHECKS: dict[str, tuple[set[str], _Check]] = {
    "button": ({"text", "value", "url", "style", "agent_prompt"}, _button),
    "workflow_button": ({"text", "workflow", "style"}, _nothing_more),
    "icon_button": ({"icon", "text", "value", "visible_to_user_ids"}, _nothing_more),
    "overflow": ({"options"}, _overflow),
    "checkboxes": ({"options", "initial_options"}, _boxes),
    "radio_buttons": ({"options"} | _ONE, _boxes),
    "static_select": (_LISTED | _ONE, _static_select),
    "multi_static_select": (_LISTED | _MANY, _static_select),
    "external_select": ({"min_query_length"} | _ONE, _nothing_more),
    "multi_external_select": ({"min_query_length"} | _MANY, _nothing_more),
    "users_select": ({"initial_user"}, _nothing_more),
    "multi_users_select": ({"initial_users", "max_selected_items"}, _nothing_more),
    "channels_select": ({"initial_channel", "response_url_enabled"}, _nothing_more),
    "multi_channels_select": ({"initial_channels", "max_selected_items"}, _nothing_more),
    "conversations_select": (
        {"initial_conversation", "default_to_current_conversation", "response_url_enabled", "filter"},
        _nothing_more,
    ),
    "multi_conversations_select": (
        {"initial_conversations", "default_to_current_conversation", "max_selected_items", "filter"},
        _nothing_more,
    ),
    "datepicker": ({"initial_date"}, _nothing_more),
    "timepicker": ({"initial_time", "timezone"}, _nothing_more),
    "datetimepicker": ({"initial_date_time"}, _nothing_more),
    "plain_text_input": ({"multiline", "min_length", "max_length"} | _DISPATCH, _text_input),
    "email_text_input": (_DISPATCH, _nothing_more),
    "url_text_input": (_DISPATCH, _nothing_more),
    "number_input": ({"is_decimal_allowed", "min_value", "max_value"} | _DISPATCH, _number_input),
    "rich_text_input": (_DISPATCH | {"min_lines", "max_lines"}, _nothing_more),
    "file_input": ({"filetypes", "max_files"}, _nothing_more),
}

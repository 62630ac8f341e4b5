"""Checks of what a person clicks, picks or types into."""

from collections.abc import Callable
from typing import Any

from slackblocks import _limits as limits

from bot.demo.slack.finder import MANY, PLAIN, TEXT_TYPES, Finder
from bot.demo.slack.validate_rich import image_element, rich_text_block

BUTTONS = frozenset({"button"})
_PICKERS = frozenset(
    {"datepicker", "timepicker", "datetimepicker", "checkboxes", "radio_buttons"}
    | {"static_select", "external_select", "users_select", "conversations_select", "channels_select"}
)
_MULTI = frozenset(f"multi_{kind}" for kind in _PICKERS if kind.endswith("_select"))
_TYPED = frozenset({"plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input"})
CONTROLS = BUTTONS | _PICKERS | _MULTI | _TYPED | {"overflow", "workflow_button", "file_input", "icon_button"}
IN_ACTIONS = CONTROLS - _TYPED - {"file_input", "icon_button"}
IN_CONTEXT_ACTIONS = frozenset({"feedback_buttons", "icon_button"})
INPUTS = _PICKERS | _MULTI | _TYPED | {"file_input"}
SECTION_ACCESSORIES = (BUTTONS | _PICKERS | _MULTI | {"overflow", "workflow_button", "image"}) - {"datetimepicker"}


def element(finder: Finder, path: str, value: Any, allowed: frozenset[str]) -> None:
    if not finder.is_object(path, value):
        return
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in allowed:
        finder.say(path, f"an element of type {kind!r} does not go here")
        return
    if kind == "image":
        image_element(finder, path, value)
        return
    keys, check = _CHECKS[kind]
    finder.only(path, value, {"type", "action_id", *keys})
    finder.optional_string(path, value, "action_id", most=limits.ACTION_ID_MAX_LENGTH)
    finder.optional_text(path, value, "placeholder", most=limits.SELECT_PLACEHOLDER_MAX_LENGTH, kinds=PLAIN)
    for key in _NESTED.keys() & value.keys():
        if finder.is_object(f"{path}.{key}", value[key]):
            _NESTED[key](finder, f"{path}.{key}", value[key])
    check(finder, path, value)


def _nothing_more(_finder: Finder, _path: str, _value: dict[str, Any]) -> None:
    """This kind has only what all have in common."""


def _confirm(finder: Finder, path: str, confirm: dict[str, Any]) -> None:
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


def option(finder: Finder, path: str, value: Any, menu: str = "static_select") -> None:
    """Boxes and radio buttons may be marked up, menus are plain text; only an overflow menu leads to addresses."""
    if not finder.is_object(path, value):
        return
    kinds = TEXT_TYPES if menu in {"checkboxes", "radio_buttons"} else PLAIN
    finder.only(path, value, {"text", "value", "description"} | ({"url"} if menu == "overflow" else set()))
    finder.text(f"{path}.text", value.get("text"), most=limits.OPTION_TEXT_MAX_LENGTH, kinds=kinds)
    finder.string(f"{path}.value", value.get("value"), most=limits.OPTION_VALUE_MAX_LENGTH)
    finder.optional_text(path, value, "description", most=limits.OPTION_DESCRIPTION_MAX_LENGTH, kinds=kinds)
    finder.optional_string(path, value, "url", most=limits.OPTION_URL_MAX_LENGTH)


def _options(finder: Finder, path: str, holder: dict[str, Any], most: int, menu: str) -> list[Any]:
    options = finder.items(f"{path}.options", holder.get("options"), most=most)
    for index, one in enumerate(options):
        option(finder, f"{path}.options[{index}]", one, menu)
    return options


def _initial(finder: Finder, path: str, holder: dict[str, Any], options: list[Any]) -> None:
    """What is chosen from the start must be one of the options, exactly."""
    for one in _chosen(finder, path, holder):
        if one not in options:
            finder.say(f"{path}.initial_option", "must be one of the options, exactly as it stands there")


def _chosen(finder: Finder, path: str, holder: dict[str, Any]) -> list[Any]:
    if "initial_options" not in holder:
        return [holder["initial_option"]] if "initial_option" in holder else []
    return finder.items(f"{path}.initial_options", holder["initial_options"], most=limits.SELECT_OPTIONS_MAX_ITEMS)


def _external_select(finder: Finder, path: str, select: dict[str, Any]) -> None:
    for one in _chosen(finder, path, select):
        option(finder, f"{path}.initial_option", one)


def _static_select(finder: Finder, path: str, select: dict[str, Any]) -> None:
    if ("options" in select) == ("option_groups" in select):
        finder.say(path, "needs either options or option_groups")
    elif "options" in select:
        _initial(finder, path, select, _options(finder, path, select, limits.SELECT_OPTIONS_MAX_ITEMS, select["type"]))
    else:
        _initial(finder, path, select, _groups(finder, path, select))


def _groups(finder: Finder, path: str, select: dict[str, Any]) -> list[Any]:
    """The options of all groups."""
    options: list[Any] = []
    groups = finder.items(f"{path}.option_groups", select["option_groups"], most=limits.SELECT_OPTION_GROUPS_MAX_ITEMS)
    for index, group in enumerate(groups):
        where = f"{path}.option_groups[{index}]"
        if finder.is_object(where, group):
            finder.text(f"{where}.label", group.get("label"), most=limits.OPTION_GROUP_LABEL_MAX_LENGTH, kinds=PLAIN)
            finder.only(where, group, {"label", "options"})
            options += _options(finder, where, group, limits.OPTION_GROUP_OPTIONS_MAX_ITEMS, select["type"])
    return options


def _overflow(finder: Finder, path: str, menu: dict[str, Any]) -> None:
    _options(finder, path, menu, limits.OVERFLOW_OPTIONS_MAX_ITEMS, "overflow")


def _boxes(finder: Finder, path: str, boxes: dict[str, Any]) -> None:
    _initial(finder, path, boxes, _options(finder, path, boxes, limits.CHECKBOXES_OPTIONS_MAX_ITEMS, boxes["type"]))


def _workflow_button(finder: Finder, path: str, button: dict[str, Any]) -> None:
    _icon_button(finder, path, button)
    if "workflow" not in button:
        finder.say(path, "needs workflow")


def _icon_button(finder: Finder, path: str, button: dict[str, Any]) -> None:
    finder.text(f"{path}.text", button.get("text"), most=limits.BUTTON_TEXT_MAX_LENGTH, kinds=PLAIN)
    finder.optional_string(path, button, "value", most=limits.BUTTON_VALUE_MAX_LENGTH, least=0)
    if button["type"] == "icon_button":
        finder.string(f"{path}.icon", button.get("icon"), most=MANY)
    if "style" in button:
        finder.one_of(f"{path}.style", button["style"], {"primary", "danger"})


def _feedback_buttons(finder: Finder, path: str, both: dict[str, Any]) -> None:
    for key in ("positive_button", "negative_button"):
        where, one = f"{path}.{key}", both.get(key)
        if not isinstance(one, dict):
            finder.say(where, "must be an object")
            continue
        finder.only(where, one, {"text", "value", "accessibility_label"})
        finder.text(f"{where}.text", one.get("text"), most=limits.FEEDBACK_BUTTON_TEXT_MAX_LENGTH, kinds=PLAIN)
        finder.string(f"{where}.value", one.get("value"), most=limits.BUTTON_VALUE_MAX_LENGTH)


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


def _rich_text_input(finder: Finder, path: str, field: dict[str, Any]) -> None:
    if "initial_value" in field:
        rich_text_block(finder, f"{path}.initial_value", field["initial_value"])


def _typed(finder: Finder, path: str, field: dict[str, Any]) -> None:
    finder.optional_string(path, field, "initial_value", most=MANY, least=0)


def _dispatch(finder: Finder, path: str, config: dict[str, Any]) -> None:
    finder.only(path, config, {"trigger_actions_on"})
    for index, one in enumerate(
        finder.items(f"{path}.trigger_actions_on", config.get("trigger_actions_on", []), least=0, most=2)
    ):
        finder.one_of(f"{path}.trigger_actions_on[{index}]", one, {"on_enter_pressed", "on_character_entered"})


def _filter(finder: Finder, path: str, config: dict[str, Any]) -> None:
    finder.only(path, config, {"include", "exclude_external_shared_channels", "exclude_bot_users"})
    for index, one in enumerate(finder.items(f"{path}.include", config.get("include", ["im"]), most=4)):
        finder.one_of(f"{path}.include[{index}]", one, {"im", "mpim", "private", "public"})


def _workflow(finder: Finder, path: str, workflow: dict[str, Any]) -> None:
    finder.only(path, workflow, {"trigger"})
    trigger = workflow.get("trigger")
    if not finder.is_object(f"{path}.trigger", trigger) or not isinstance(trigger, dict):
        return
    finder.only(f"{path}.trigger", trigger, {"url", "customizable_input_parameters"})
    finder.string(f"{path}.trigger.url", trigger.get("url"), most=MANY)
    where = f"{path}.trigger.customizable_input_parameters"
    given = finder.items(where, trigger.get("customizable_input_parameters", []), least=0, most=MANY)
    for index, one in enumerate(given):
        if finder.is_object(f"{where}[{index}]", one):
            finder.only(f"{where}[{index}]", one, {"name", "value"})
            for key in ("name", "value"):
                finder.string(f"{where}[{index}].{key}", one.get(key), most=MANY)


_Check = Callable[[Finder, str, dict[str, Any]], None]
_NESTED: dict[str, _Check] = {
    "confirm": _confirm,
    "dispatch_action_config": _dispatch,
    "filter": _filter,
    "workflow": _workflow,
}
_ASKED, _TOUCHED, _SHOWN = {"confirm"}, {"confirm", "focus_on_load"}, {"focus_on_load", "placeholder"}
_SELECT = _SHOWN | _ASKED
_ONE, _SEVERAL = {"initial_option"}, {"initial_options", "max_selected_items"}
_LISTED = {"options", "option_groups"}
_WRITTEN = {"dispatch_action_config", "initial_value"} | _SHOWN
_PLACES = {"default_to_current_conversation", "filter"}
_CHECKS: dict[str, tuple[set[str], _Check]] = {
    "button": ({"text", "value", "url", "style", "agent_prompt", "accessibility_label"} | _ASKED, _button),
    "workflow_button": ({"text", "workflow", "style", "accessibility_label"} | _ASKED, _workflow_button),
    "icon_button": ({"icon", "text", "value", "visible_to_user_ids", "accessibility_label"} | _ASKED, _icon_button),
    "feedback_buttons": ({"positive_button", "negative_button"}, _feedback_buttons),
    "overflow": ({"options"} | _ASKED, _overflow),
    "checkboxes": ({"options", "initial_options"} | _TOUCHED, _boxes),
    "radio_buttons": ({"options"} | _ONE | _TOUCHED, _boxes),
    "static_select": (_LISTED | _ONE | _SELECT, _static_select),
    "multi_static_select": (_LISTED | _SEVERAL | _SELECT, _static_select),
    "external_select": ({"min_query_length"} | _ONE | _SELECT, _external_select),
    "multi_external_select": ({"min_query_length"} | _SEVERAL | _SELECT, _external_select),
    "users_select": ({"initial_user"} | _SELECT, _nothing_more),
    "multi_users_select": ({"initial_users", "max_selected_items"} | _SELECT, _nothing_more),
    "channels_select": ({"initial_channel", "response_url_enabled"} | _SELECT, _nothing_more),
    "multi_channels_select": ({"initial_channels", "max_selected_items"} | _SELECT, _nothing_more),
    "conversations_select": ({"initial_conversation", "response_url_enabled"} | _PLACES | _SELECT, _nothing_more),
    "multi_conversations_select": ({"initial_conversations", "max_selected_items"} | _PLACES | _SELECT, _nothing_more),
    "datepicker": ({"initial_date"} | _SELECT, _nothing_more),
    "timepicker": ({"initial_time", "timezone"} | _SELECT, _nothing_more),
    "datetimepicker": ({"initial_date_time"} | _TOUCHED, _nothing_more),
    "plain_text_input": ({"multiline", "min_length", "max_length"} | _WRITTEN, _text_input),
    "email_text_input": (_WRITTEN, _typed),
    "url_text_input": (_WRITTEN, _typed),
    "number_input": ({"is_decimal_allowed", "min_value", "max_value"} | _WRITTEN, _number_input),
    "rich_text_input": (_WRITTEN | {"min_lines", "max_lines"}, _rich_text_input),
    "file_input": ({"filetypes", "max_files"}, _nothing_more),
}

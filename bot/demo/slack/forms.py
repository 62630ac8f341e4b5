"""What a form holds: the value of each element as Slack's `state.values` writes it, and what the client refuses to send."""

from typing import Any

from bot.demo.slack.records import ActError, Json
from bot.demo.slack.validate import walk_elements

_KEYS = {
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "rich_text_input": "rich_text_value",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "checkboxes": "selected_options",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "file_input": "files",
}
_INITIAL = {"rich_text_value": "initial_value", "value": "initial_value"}
REQUIRED = "Please complete this required field."


def initial_values(blocks: list[Json]) -> Json:
    values: Json = {}
    for element in walk_elements(blocks):
        if element["type"] in _KEYS:
            values.setdefault(element["block_id"], {})[element["action_id"]] = _initial(element)
    return values


def _initial(element: Json) -> Json:
    key = _KEYS[element["type"]]
    initial = element.get(_INITIAL.get(key, key.replace("selected_", "initial_")))
    return {"type": element["type"], key: [] if initial is None and _is_list(key) else initial}


def _is_list(key: str) -> bool:
    return key.endswith("s") or key == "files"


def value_of(element: Json, given: Any) -> Json:
    """What a person put in, in Slack's shape; a choice may be named by its value or its label."""
    if isinstance(given, dict) and given.get("type") == element["type"]:
        return given
    key = _KEYS[element["type"]]
    if key == "selected_option":
        return {"type": element["type"], key: None if given is None else choice(element, given)}
    if key == "selected_options":
        return {"type": element["type"], key: [choice(element, one) for one in _as_list(given)]}
    return {"type": element["type"], key: _as_list(given) if _is_list(key) else given}


def _as_list(given: Any) -> list[Any]:
    return list(given) if isinstance(given, list | tuple | set) else [] if given is None else [given]


def choice(element: Json, wanted: Any) -> Json:
    if isinstance(wanted, dict):
        return wanted
    options = choices(element)
    for option in options:
        if wanted in {option["value"], option["text"]["text"]}:
            return option
    if element["type"].endswith("external_select"):
        return {"text": {"type": "plain_text", "text": str(wanted)}, "value": str(wanted)}
    raise ActError(f"there is no choice {wanted!r}; there are {[option['text']['text'] for option in options]}")


def choices(element: Json) -> list[Json]:
    grouped = [option for group in element.get("option_groups", []) for option in group["options"]]
    return [*element.get("options", []), *grouped]


def is_empty(value: Json) -> bool:
    return not [held for key, held in value.items() if key != "type" and held not in (None, "", [])]


def client_errors(view: Json) -> dict[str, str]:
    """What Slack's client says under the fields before anything is sent."""
    errors: dict[str, str] = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            value = view["state"]["values"].get(block["block_id"], {}).get(element["action_id"], {})
            if problem := _field_error(block, element, value):
                errors[block["block_id"]] = problem
    return errors


def _field_error(block: Json, element: Json, value: Json) -> str | None:
    if is_empty(value):
        return None if block.get("optional") else REQUIRED
    text = str(value.get("value", ""))
    if element["type"] == "plain_text_input":
        return _length_error(element, text)
    if element["type"] == "number_input":
        return _number_error(element, text)
    if element["type"] == "email_text_input" and "@" not in text:
        return "Please enter a valid email address."
    return None


def _length_error(element: Json, text: str) -> str | None:
    if len(text) < element.get("min_length", 0):
        return f"Must be at least {element['min_length']} characters."
    if len(text) > element.get("max_length", 3000):
        return f"Must be less than {element.get('max_length', 3000) + 1} characters."
    return None


def _number_error(element: Json, text: str) -> str | None:
    try:
        number = float(text)
    except ValueError:
        return "Please enter a valid number."
    if not element["is_decimal_allowed"] and not number.is_integer():
        return "Please enter a whole number."
    if number < float(element.get("min_value", "-inf")) or number > float(element.get("max_value", "inf")):
        return f"Must be from {element.get('min_value', 'any')} to {element.get('max_value', 'any')}."
    return None


def holds_value(action: Json) -> bool:
    """Whether an element keeps what was put in: an overflow menu and a button do not."""
    return action["type"] in _KEYS

"""Collects what is wrong with a piece of Block Kit, each with the path to it, as Slack's response_metadata does."""

from collections.abc import Callable, Collection
from typing import Any

TEXT_TYPES = ("plain_text", "mrkdwn")
PLAIN, MARKED = ("plain_text",), ("mrkdwn",)
MANY = 100_000


class Finder:
    def __init__(self) -> None:
        self.found: list[str] = []

    def say(self, path: str, problem: str) -> None:
        self.found.append(f"{path}: {problem}")

    def is_object(self, path: str, value: Any) -> bool:
        if not isinstance(value, dict):
            self.say(path, "must be an object")
        return isinstance(value, dict)

    def items(self, path: str, value: Any, *, least: int = 1, most: int) -> list[Any]:
        """The entries of a list, which is complained about when it is none or has too few or too many."""
        if not isinstance(value, list):
            self.say(path, "must be a list")
            return []
        if not least <= len(value) <= most:
            self.say(path, f"must have {least} to {most} items, has {len(value)}")
        return value

    def string(self, path: str, value: Any, *, most: int, least: int = 1) -> None:
        if not isinstance(value, str):
            self.say(path, "must be a string")
        elif not least <= len(value) <= most:
            self.say(path, f"must have {least} to {most} characters, has {len(value)}")

    def optional_string(self, path: str, holder: dict[str, Any], key: str, *, most: int, least: int = 1) -> None:
        if key in holder:
            self.string(f"{path}.{key}", holder[key], most=most, least=least)

    def text(self, path: str, value: Any, *, most: int, kinds: tuple[str, ...] = TEXT_TYPES) -> None:
        """A text object: {"type": "plain_text" or "mrkdwn", "text": …}."""
        if not self.is_object(path, value):
            return
        if value.get("type") not in kinds:
            self.say(path, f"type must be {' or '.join(kinds)}, is {value.get('type')!r}")
        allowed = {"type", "text", "emoji"} if value.get("type") == "plain_text" else {"type", "text", "verbatim"}
        self.only(path, value, allowed)
        self.string(f"{path}.text", value.get("text"), most=most)

    def optional_text(
        self, path: str, holder: dict[str, Any], key: str, *, most: int, kinds: tuple[str, ...] = TEXT_TYPES
    ) -> None:
        if key in holder:
            self.text(f"{path}.{key}", holder[key], most=most, kinds=kinds)

    def one_of(self, path: str, value: Any, allowed: Collection[str]) -> None:
        if not isinstance(value, str) or value not in allowed:
            self.say(path, f"must be one of {', '.join(sorted(allowed))}, is {value!r}")

    def number(self, path: str, value: Any, *, least: float | None = None, most: float | None = None) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.say(path, "must be a number")
        elif (least is not None and value < least) or (most is not None and value > most):
            self.say(path, f"must be from {least} to {most}, is {value}")

    def only(self, path: str, holder: dict[str, Any], allowed: Collection[str]) -> None:
        """No other properties than these; and what is the same kind of value wherever it stands is of that kind."""
        for key, value in holder.items():
            if key not in allowed:
                self.say(path, f"has no property {key!r}")
            elif key in _KINDS:
                _KINDS[key](self, f"{path}.{key}", value)

    def flag(self, path: str, value: Any) -> None:
        if not isinstance(value, bool):
            self.say(path, "must be true or false")

    def words(self, path: str, value: Any) -> None:
        for index, one in enumerate(self.items(path, value, least=0, most=MANY)):
            self.string(f"{path}[{index}]", one, most=MANY)

    def unique(self, path: str, values: list[Any], what: str) -> None:
        doubled = sorted({str(value) for value in values if values.count(value) > 1})
        if doubled:
            self.say(path, f"{what} must be unique, repeated: {', '.join(doubled)}")


def _any_string(finder: Finder, path: str, value: Any) -> None:
    finder.string(path, value, most=MANY, least=0)


def _whole(finder: Finder, path: str, value: Any) -> None:
    finder.number(path, value, least=0)


_FLAGS = (
    *(
        "emoji",
        "verbatim",
        "optional",
        "dispatch_action",
        "focus_on_load",
        "multiline",
        "expand",
        "is_wrapped",
        "unsafe",
    ),
    *(
        "is_collapsible",
        "default_collapsed",
        "has_header_divider",
        "response_url_enabled",
        "default_to_current_conversation",
    ),
    *("clear_on_close", "notify_on_close", "submit_disabled", "exclude_external_shared_channels", "exclude_bot_users"),
    *("bold", "code", "italic", "strike", "underline"),
)
_NUMBERS = (
    *("initial_date_time", "max_files", "min_lines", "max_lines", "max_selected_items", "min_query_length"),
    *("row_header_column_index", "timestamp"),
)
_STRINGS = (
    *(
        "action_id",
        "initial_date",
        "initial_time",
        "timezone",
        "initial_user",
        "initial_channel",
        "initial_conversation",
    ),
    *(
        "url",
        "accessibility_label",
        "title_url",
        "author_name",
        "provider_name",
        "provider_icon_url",
        "name",
        "unicode",
    ),
    *("fallback", "format", "user_id", "channel_id", "usergroup_id", "team_id"),
)
_WORDS = ("initial_users", "initial_channels", "initial_conversations", "filetypes", "visible_to_user_ids")
_KINDS: dict[str, Callable[[Finder, str, Any], None]] = {
    **dict.fromkeys(_FLAGS, Finder.flag),
    **dict.fromkeys(_NUMBERS, _whole),
    **dict.fromkeys(_STRINGS, _any_string),
    **dict.fromkeys(_WORDS, Finder.words),
}

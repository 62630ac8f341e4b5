"""How a method of the Web API is declared: its name, tier, scopes, and the function that answers."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.demo.slack.records import Json, SlackError
from bot.demo.slack.world import World


class Args:
    """The arguments of a call, however they came; JSON inside a string is read."""

    def __init__(self, raw: Json) -> None:
        self.raw = raw

    def given(self, key: str) -> bool:
        return self.raw.get(key) is not None

    def text(self, key: str, default: str = "") -> str:
        value = self.raw.get(key)
        return default if value is None else str(value)

    def need(self, key: str, error: str = "invalid_arguments") -> str:
        if not self.text(key):
            raise SlackError(error, {"response_metadata": {"messages": [f"[ERROR] missing required field: {key}"]}})
        return self.text(key)

    def flag(self, key: str, *, default: bool = False) -> bool:
        return self.text(key, str(default)).lower() in {"1", "true"}

    def number(self, key: str, default: int, error: str = "invalid_arguments") -> int:
        try:
            return int(float(self.text(key, str(default))))
        except ValueError:
            raise SlackError(error) from None

    def json(self, key: str, error: str = "invalid_json") -> Any:
        value = self.raw.get(key)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise SlackError(error) from None

    def names(self, key: str) -> list[str]:
        value = self.raw.get(key)
        parts = value if isinstance(value, list) else self.text(key).split(",")
        return [str(part).strip() for part in parts if str(part).strip()]


@dataclass(frozen=True, kw_only=True)
class Context:
    world: World
    args: Args
    base_url: str  # where this workspace is reached, for the addresses it hands out


Handler = Callable[[Context], Json]


@dataclass(frozen=True, kw_only=True)
class Method:
    name: str
    tier: int
    scopes: tuple[str, ...]  # any one of them is enough; none: no scope is asked
    app_token: bool
    answer: Handler


METHODS: dict[str, Method] = {}


def method(
    name: str, *, tier: int, scopes: tuple[str, ...] = (), app_token: bool = False
) -> Callable[[Handler], Handler]:
    """Declares a method. Tier 0 is what Slack calls special."""

    def declare(answer: Handler) -> Handler:
        METHODS[name] = Method(name=name, tier=tier, scopes=scopes, app_token=app_token, answer=answer)
        return answer

    return declare


def page(items: list[Json] | list[str], args: Args, default: int = 100) -> tuple[list[Any], Json]:
    """One page and its response_metadata; the cursor is the offset, dressed as Slack's."""
    start = _offset(args.text("cursor"))
    size = max(1, min(args.number("limit", default, "invalid_limit"), 1000))
    after = start + size
    return list(items[start:after]), {"next_cursor": f"next:{after}" if after < len(items) else ""}


def _offset(cursor: str) -> int:
    if not cursor:
        return 0
    prefix, _, number = cursor.partition(":")
    if prefix != "next" or not number.isdigit():
        raise SlackError("invalid_cursor")
    return int(number)

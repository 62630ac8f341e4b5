"""Recorded-shape deliveries with invented values, and how the tests hand them to a tracker."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import settings

from bot.adapters.ports import Hook, TrackerModule
from bot.adapters.trackers import find
from bot.bug.errors import UnknownKind, Unreadable
from bot.bug.values import Alert

FIXTURES = Path(__file__).parents[2] / "fixtures" / "trackers"
FUZZ = settings(deadline=None, derandomize=True, max_examples=100)
NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)


def hook(body: object, headers: Mapping[str, str] | None = None) -> Hook:
    """A delivery; anything but bytes is sent as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Hook(headers=headers or {}, body=raw, at=NOON)


def load(path: str) -> Any:
    return json.loads((FIXTURES / path).read_text(encoding="utf-8"))


def options(source: str) -> Mapping[str, object]:
    """What makegood.toml would hold for the deliveries in a tracker's folder."""
    path = FIXTURES / source / "options.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def names(source: str) -> list[str]:
    return sorted(path.name for path in (FIXTURES / source).glob("*.json") if path.name != "options.json")


def parse(path: str, headers: Mapping[str, str] | None = None, **changed: object) -> tuple[Alert, ...]:
    """The alerts of a recorded delivery, "bugsnag/reopened.json"."""
    source = path.partition("/")[0]
    return find(source).parse(hook(load(path) | changed, headers), options(source))


def one(path: str, headers: Mapping[str, str] | None = None, **changed: object) -> Alert:
    (alert,) = parse(path, headers, **changed)
    return alert


def alerts(module: TrackerModule, body: object) -> tuple[Alert, ...]:
    """The alerts of a delivery that may be refused; anything but a refusal with a reason gets out."""
    try:
        return module.parse(hook(body), options(module.SOURCE))
    except (Unreadable, UnknownKind) as refused:
        if not str(refused):
            raise
        return ()

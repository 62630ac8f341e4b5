"""Recorded-shape deliveries with invented values, and how the tests hand them to a tracker."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hypothesis import settings

from bot.adapters.ports import Hook, TrackerAdapter
from bot.adapters.registry import TRACKERS
from bot.bug.errors import UnknownKind, Unreadable
from bot.bug.values import Alert
from tests.support import recorded
from tests.support.recorded import FIXTURES

FUZZ = settings(deadline=None, derandomize=True, max_examples=100)
NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)


def hook(body: object, headers: Mapping[str, str] | None = None) -> Hook:
    """A delivery; anything but bytes is sent as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Hook(headers=headers or {}, body=raw, at=NOON)


def load(path: str) -> Any:
    """A delivery ("bugsnag/reopened.json")."""
    return json.loads((FIXTURES / "trackers" / path).read_text(encoding="utf-8"))


def beside(path: str) -> Any:
    """What is no tracker's delivery: a message in Slack ("slack/rollbar.json"), proofs ("proofs/sentry.json")."""
    return json.loads((FIXTURES / path).read_text(encoding="utf-8"))


def options(source: str) -> Mapping[str, object]:
    return recorded.options("trackers", source)


def names(source: str) -> list[str]:
    return [path.name for path in recorded.deliveries("trackers", source)]


def parse(path: str, headers: Mapping[str, str] | None = None, **changed: object) -> tuple[Alert, ...]:
    """The alerts of a recorded delivery, "bugsnag/reopened.json"."""
    source = path.partition("/")[0]
    return TRACKERS.find(source).parse(hook(load(path) | changed, headers), options(source))


def one(path: str, headers: Mapping[str, str] | None = None, **changed: object) -> Alert:
    (alert,) = parse(path, headers, **changed)
    return alert


def alerts(module: TrackerAdapter, body: object) -> tuple[Alert, ...]:
    """The alerts of a delivery that may be refused; anything but a refusal with a reason gets out."""
    try:
        return module.parse(hook(body), options(module.name))
    except (Unreadable, UnknownKind) as refused:
        if not str(refused):
            raise
        return ()

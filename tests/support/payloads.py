"""Judges every payload that the local Slack takes from the app by Slack's own types, whoever sent it in which process.

The test that sent it fails. Each distinct one is kept in `.payloads`, where `make oracles` shows it to the TypeScript compiler.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError

from bot.demo.slack import taken

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "tests" / "slack_types" / "schema.json"
KEPT = ROOT / ".payloads"


def complaints(kind: str, payload: Any) -> list[str]:
    """Where a payload differs from Slack's types, each with the path to it."""
    return [_sentence(kind, error) for error in _judge(kind).iter_errors(payload)]


def shape(value: Any, key: str = "") -> Any:
    """What the types see of a value: words count only where few are allowed, and entries of a list that look alike are one."""
    if isinstance(value, dict):
        return {name: shape(one, name) for name, one in sorted(value.items())}
    if isinstance(value, list):
        alike = {json.dumps(shape(one, key)): None for one in value}
        return [json.loads(one) for one in alike]
    return value if key in _closed_words() or value is None or isinstance(value, bool) else type(value).__name__


LOCK_SCREEN = 120
"""Characters that a phone shows, at most."""
ABOUT = re.compile(r"BUG-\d+|Makegood|\.csv|\.md|\.jsonl")
"""A direct message names its bug where a phone still shows it; what is about no bug says whose word it is."""


def unclear(text: str) -> list[str]:
    """A complaint, where the lock screen does not say which bug a direct message is about."""
    return [] if ABOUT.search(text[:LOCK_SCREEN]) else [f"on the lock screen, about no bug: {text[:LOCK_SCREEN]!r}"]


class Court:
    """What was judged in this process. A shape is judged once, and whoever sends it again hears the same."""

    def __init__(self, kept: Path) -> None:
        self._kept = kept
        self.judged: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.locked: list[str] = []
        """Direct messages of which nobody who only sees their phone's lock screen could say what they are about."""

    def take(self, kind: str, payload: Any) -> None:
        if kind == "LockScreen":
            self.locked += unclear(payload["text"])
            return
        name = f"{kind}-{hashlib.sha256(json.dumps(shape(payload)).encode()).hexdigest()[:16]}"
        if name not in self.judged:
            self.judged[name] = complaints(kind, payload)
            self._keep(name, payload)
        self.open += self.judged[name]

    def lock_screens(self) -> list[str]:
        """What was found since the last time."""
        found, self.locked = self.locked, []
        return list(dict.fromkeys(found))

    def close(self) -> list[str]:
        """What was found since the last time."""
        found, self.open = self.open, []
        return list(dict.fromkeys(found))

    def _keep(self, name: str, payload: Any) -> None:
        self._kept.mkdir(exist_ok=True)
        (self._kept / f"{name}.json").write_text(json.dumps(payload, ensure_ascii=False, indent=1))


COURT = Court(KEPT)
SEEN: set[str] = set()


WITH_BOT = {"slack", "acceptance", "faults"}
"""Folders of tests in which the bot itself writes."""


@pytest.fixture(autouse=True)
def payloads_are_of_slacks_types(request: pytest.FixtureRequest) -> Iterator[None]:
    """Begins before all other fixtures and ends after them, so that a bot's last words count too."""
    yield
    if (unsaid := COURT.lock_screens()) and WITH_BOT & set(request.path.parts):
        pytest.fail("\n".join(["sent to one person:", *unsaid]), pytrace=False)
    if found := COURT.close():
        pytest.fail("\n".join(["sent to Slack, against its types:", *found]), pytrace=False)


def pytest_configure() -> None:
    taken.watchers.append(COURT.take)


def pytest_unconfigure() -> None:
    taken.watchers.remove(COURT.take)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of xdist tells the one that started it."""
    SEEN.update(COURT.judged)
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["payloads"] = sorted(COURT.judged)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    SEEN.update(getattr(node, "workeroutput", {}).get("payloads", ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if SEEN:
        kinds = sorted({name.partition("-")[0] for name in SEEN})
        counted = ", ".join(f"{sum(name.startswith(f'{kind}-') for name in SEEN)} {kind}" for kind in kinds)
        terminalreporter.write_line(f"{len(SEEN)} distinct payloads to Slack were judged by its types: {counted}")


@cache
def _judge(kind: str) -> Draft7Validator:
    return Draft7Validator({"definitions": definitions(), "$ref": f"#/definitions/{kind}"})


@cache
def definitions() -> dict[str, Any]:
    """Slack's types by name, as JSON schema."""
    found: dict[str, Any] = json.loads(SCHEMA.read_text())["definitions"]
    return found


@cache
def _closed_words() -> frozenset[str]:
    """The properties that take only certain words or numbers."""
    return frozenset(_named(definitions()))


def _named(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from _named(one)
    elif isinstance(node, dict):
        for name, one in node.get("properties", {}).items():
            if {"enum", "const"} & {*one, *one.get("items", {})}:
                yield name
        for one in node.values():
            yield from _named(one)


def _sentence(kind: str, error: ValidationError) -> str:
    """Of several ways to be right, the nearest says what is wrong: the one that complains deepest."""
    nearest = max(error.context or (), key=lambda one: len(one.absolute_path), default=None)
    return _sentence(kind, nearest) if nearest else f"{kind}{error.json_path.removeprefix('$')}: {error.message[:300]}"

"""app_manifest.yml is what Slack takes, and names everything the bot listens to."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import bot
from bot.demo.slack.api.registry import METHODS
from bot.demo.slack.events import SCOPES
from bot.demo.slack.manifest import AppManifest
from bot.intake import conversation
from tests.slack.house import MANIFEST


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(Path(MANIFEST).read_text(encoding="utf-8"))
    return read


def test_it_has_only_the_parts_that_slack_knows(manifest: dict[str, Any]) -> None:
    assert set(manifest) <= {"_metadata", "display_information", "features", "oauth_config", "settings"}
    assert set(manifest["features"]) <= {"app_home", "bot_user", "slash_commands", "shortcuts", "unfurl_domains"}


def test_its_texts_are_within_slacks_limits(manifest: dict[str, Any]) -> None:
    shown = manifest["display_information"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 175 <= len(shown["long_description"]) <= 4000
    assert re.fullmatch(r"#[0-9a-f]{6}", shown["background_color"])
    assert len(manifest["features"]["bot_user"]["display_name"]) <= 80


def test_its_commands_are_within_slacks_limits(manifest: dict[str, Any]) -> None:
    commands = manifest["features"]["slash_commands"]
    assert [one["command"] for one in commands] == ["/bug", "/fix", "/tell", "/retro"]
    for one in commands:
        assert re.fullmatch(r"/\S{1,31}", one["command"])
        assert len(one["description"]) <= 2000
        assert 0 < len(one["usage_hint"]) <= 1000


def test_its_shortcuts_are_within_slacks_limits(manifest: dict[str, Any]) -> None:
    for one in manifest["features"]["shortcuts"]:
        assert len(one["name"]) <= 24
        assert len(one["description"]) <= 150
        assert len(one["callback_id"]) <= 255
        assert one["type"] in {"message", "global"}


def test_its_scopes_and_events_are_named_once_and_not_too_many(manifest: dict[str, Any]) -> None:
    scopes = manifest["oauth_config"]["scopes"]["bot"]
    events = manifest["settings"]["event_subscriptions"]["bot_events"]
    assert len(scopes) == len(set(scopes)) <= 255
    assert len(events) == len(set(events)) <= 100


def test_every_event_that_it_subscribes_to_has_its_scope() -> None:
    read = AppManifest.load(MANIFEST)
    needed = {
        "message.channels": "channels:history",
        "message.groups": "groups:history",
        "app_mention": "app_mentions:read",
        "user_change": "users:read",
        "team_join": "users:read",
        "pin_added": "pins:read",
        "pin_removed": "pins:read",
        "reaction_added": "reactions:read",
        "reaction_removed": "reactions:read",
    }
    assert {event for event, scope in needed.items() if scope in read.scopes} == set(needed)
    assert set(needed) | {"app_home_opened"} == read.events


def _constants(tree: ast.AST) -> Iterator[str]:
    return (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))


def _called() -> set[str]:
    """The methods of Slack that Makegood names outside the demo, typed out or as the SDK's."""
    root = Path(bot.__file__).parent
    sources = [path.read_text() for path in root.rglob("*.py") if "demo" not in path.relative_to(root).parts]
    words = {word for source in sources for word in _constants(ast.parse(source))}
    return {name for name in METHODS if name in words or any(f".{name.replace('.', '_')}(" in text for text in sources)}


def test_it_asks_for_no_scope_that_nothing_needs() -> None:
    read = AppManifest.load(MANIFEST)
    needed = {scope for name in _called() for scope in METHODS[name].scopes} | {
        SCOPES.get(event) for event in read.events
    }
    assert read.scopes - needed == {"commands"}


def test_it_subscribes_to_no_event_that_nothing_reads() -> None:
    cases = [node for node in ast.walk(ast.parse(inspect.getsource(conversation))) if isinstance(node, ast.match_case)]
    told = {word for case in cases for word in _constants(case.pattern)}
    assert {event.partition(".")[0] for event in AppManifest.load(MANIFEST).events} - told == set()

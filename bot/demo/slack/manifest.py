"""What an app declares about itself: scopes, events, commands and shortcuts, read from Slack's app manifest."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import yaml


@dataclass(frozen=True, kw_only=True)
class Command:
    command: str
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = False


@dataclass(frozen=True, kw_only=True)
class Shortcut:
    name: str
    callback_id: str
    type: str  # message | global
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class AppManifest:
    name: str = "app"
    scopes: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    commands: tuple[Command, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()
    interactive: bool = True
    home_tab: bool = True
    unfurl_domains: frozenset[str] = frozenset()
    metadata_types: frozenset[str] = frozenset()

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Reads app_manifest.yml or .json; YAML is a superset of JSON, so one reader serves both."""
        return cls.parse(yaml.safe_load(Path(path).read_text(encoding="utf-8")))

    @classmethod
    def parse(cls, manifest: Mapping[str, Any]) -> Self:
        features, settings = manifest.get("features", {}), manifest.get("settings", {})
        subscriptions = settings.get("event_subscriptions", {})
        return cls(
            name=features.get("bot_user", {}).get("display_name") or manifest["display_information"]["name"],
            scopes=frozenset(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", [])),
            events=frozenset(subscriptions.get("bot_events", [])),
            commands=tuple(_command(entry) for entry in features.get("slash_commands", [])),
            shortcuts=tuple(_shortcut(entry) for entry in features.get("shortcuts", [])),
            interactive=settings.get("interactivity", {}).get("is_enabled", False),
            home_tab=features.get("app_home", {}).get("home_tab_enabled", False),
            unfurl_domains=frozenset(features.get("unfurl_domains", [])),
            metadata_types=frozenset(entry["event_type"] for entry in subscriptions.get("metadata_subscriptions", [])),
        )

    def command(self, name: str) -> Command | None:
        return next((command for command in self.commands if command.command == name), None)

    def shortcut(self, callback_id: str, kind: str) -> Shortcut | None:
        return next((found for found in self.shortcuts if (found.callback_id, found.type) == (callback_id, kind)), None)


def _command(entry: Mapping[str, Any]) -> Command:
    return Command(
        command=entry["command"],
        description=entry.get("description", ""),
        usage_hint=entry.get("usage_hint", ""),
        should_escape=entry.get("should_escape", False),
    )


def _shortcut(entry: Mapping[str, Any]) -> Shortcut:
    return Shortcut(
        name=entry["name"],
        callback_id=entry["callback_id"],
        type=entry["type"],
        description=entry.get("description", ""),
    )

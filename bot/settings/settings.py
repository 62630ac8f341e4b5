"""makegood.toml, read once and frozen."""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from bot.bug.admit import Rule
from bot.bug.clocks import Rules
from bot.bug.errors import Misconfigured
from bot.bug.event import Retention
from bot.bug.gift_caps import Caps, default_caps
from bot.bug.modes import Mode, Modes
from bot.bug.values import Frozen
from bot.production.probe_settings import ProbeSettings
from bot.production.targets import AnyTarget, described
from bot.settings.pager import PagerSettings
from bot.settings.policy import PolicySettings
from bot.settings.retro import RetroSettings
from bot.settings.sections import (
    ActionsSettings,
    AnchorSettings,
    HookSettings,
    Kind,
    SlackSettings,
    WebhookSettings,
    WebSettings,
)
from bot.settings.tell import TellSettings
from bot.settings.validation import NO_FILE, validate

VARIABLE = re.compile(r"^\$([A-Za-z_][A-Za-z0-9_]*)$")
FILE = re.compile(r"^targets\.[^.]+\.(known_hosts|key)$")
"""Settings that name a file: beside the settings file, wherever the bot is started."""


class Settings(Frozen):
    """Everything of makegood.toml."""

    mode: Mode = "watch"
    slack: SlackSettings
    admit: Rule = Rule()
    web: WebSettings = WebSettings()
    hooks: Mapping[str, HookSettings] = Field(default_factory=dict)
    policy: PolicySettings = PolicySettings()
    actions: ActionsSettings = ActionsSettings()
    targets: Mapping[str, AnyTarget] = Field(default_factory=dict)
    probes: Mapping[str, ProbeSettings] = Field(default_factory=dict)
    tell: TellSettings = TellSettings()
    clocks: Rules = Rules()
    pager: PagerSettings = PagerSettings()
    retro: RetroSettings = RetroSettings()
    retention: Retention = Retention()
    makegood: Caps | None = None
    """None: the caps that `caps` proposes."""
    customers: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)
    """A table a channel; its keys belong to the channel's module."""
    trackers: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)
    """A table a tracker that is written back to; its keys belong to the tracker's module."""
    webhooks: Mapping[str, WebhookSettings] = Field(default_factory=dict)
    anchors: AnchorSettings = AnchorSettings()
    mail: Mapping[str, Any] = Field(default_factory=dict)
    board: Kind | None = None
    billing: Kind | None = None

    @model_validator(mode="after")
    def _links_lead_here(self) -> Self:
        if self.pager.people and not self.web.public_url:
            raise ValueError("[pager] sends links to people: write [web] public_url, our own address from outside")
        return self

    def told(self) -> dict[str, str]:
        """What people rely on, for the workspace's trail: words only, never a secret."""
        lists = {
            "approvers": self.policy.approvers,
            "on call": self.policy.on_call,
            "runners": self.policy.runners or (),
            "tellers": self.policy.tellers or (),
            "exporters": self.policy.exporters or (),
            "mode of actions": [f"{name} {mode}" for name, mode in self.actions.mode.items()],
            "mode of targets": [f"{name} {mode}" for name, mode in self.modes.targets.items()],
            "second factor": self.policy.totp,
            "targets": self.targets,
            "action folders": self.actions.paths,
            "error channels": self.slack.error_channels,
            "anchors": self.anchors.named,
            "pager": self.pager.people,
            "channels": self.customers,
        }
        caps = {"per day": self.caps.per_day, "per month": self.caps.per_month}
        kinds = {"board": self.board, "billing": self.billing}
        return {
            "mode": self.mode,
            "team": self.policy.team or "",
            "break glass": "allowed" if self.policy.break_glass else "",
            "makegood": ", ".join(f"{x} {of[x]} {span}" for span, of in caps.items() for x in sorted(of)),
            **{name: ", ".join(sorted(words)) for name, words in lists.items()},
            **{name: kind.kind if kind else "" for name, kind in kinds.items()},
        }

    @property
    def modes(self) -> Modes:
        targets = {name: target.mode for name, target in self.targets.items() if target.mode}
        return Modes(default=self.mode, actions=self.actions.mode, targets=targets)

    @property
    def caps(self) -> Caps:
        """What may be given without an approver; safe ones if `[makegood]` sets none."""
        return self.makegood or default_caps(self.tell.currency, self.tell.largest_credit)

    @field_validator("targets", mode="before")
    @classmethod
    def _kinds_of_targets(cls, value: Any) -> Any:
        return {name: described(name, table) for name, table in value.items()} if isinstance(value, Mapping) else value


def read(path: Path, environment: Mapping[str, str] = os.environ) -> tuple[Settings, tuple[SecretStr, ...]]:
    """The file's settings and every secret it named. Raises Misconfigured with one line that names the key."""
    try:
        data = tomllib.loads(path.read_text())
    except FileNotFoundError:
        raise Misconfigured(NO_FILE.format(path)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path} can't be read: {error}.") from error
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(f"{path} is not valid TOML: {error}.") from error
    secrets: list[SecretStr] = []
    filled = _fill(data, "", environment, secrets, path.parent)
    return validate(Settings, filled, path.name), tuple(secrets)


def _fill(value: Any, key: str, environment: Mapping[str, str], secrets: list[SecretStr], base: Path) -> Any:
    """Replaces "$NAME" by the variable."""
    if isinstance(value, dict):
        return {k: _fill(v, f"{key}.{k}".lstrip("."), environment, secrets, base) for k, v in value.items()}
    if isinstance(value, list):
        return [_fill(v, key, environment, secrets, base) for v in value]
    found = VARIABLE.match(value) if isinstance(value, str) else None
    if not found:
        return str(base / value) if FILE.match(key) and isinstance(value, str) else value
    name = found[1]
    if not environment.get(name):
        raise Misconfigured(f'{key} = "${name}": the variable {name} is not set. Set it, or write the value itself.')
    secrets.append(SecretStr(environment[name]))
    return environment[name]

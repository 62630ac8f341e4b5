"""makegood.toml, read once and frozen."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from bot.bug.arriving.admit import Rule
from bot.bug.clocks.clocks import Rules
from bot.bug.errors import Misconfigured
from bot.bug.event import Retention
from bot.bug.gifts.caps import Caps, default_caps, measured
from bot.bug.permissions.modes import Mode, Modes
from bot.bug.values import Frozen
from bot.production.probes.settings import ProbeSettings
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
_NAMES = re.compile(r"\(('[^']+',? ?)+\)")
"""How Python's reader of TOML names a table."""
_NO_SLACK = (
    'the table [slack] is missing. Write [slack] and below it error_channels = ["C0123456789"],'
    " or let `makegood init` write the file."
)


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
            "makegood": ", ".join(f"{measured(x, of[x])} {span}" for span, of in caps.items() for x in sorted(of)),
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
        data = tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(f"{path} is not valid TOML: {_NAMES.sub(_as_written, str(error))}.") from error
    filling = _Filling(environment, path.parent)
    filled = filling.fill(data)
    filling.must_be_whole()
    if "slack" not in filled and set(filled) <= set(Settings.model_fields):
        raise Misconfigured(f"{path.name}: {_NO_SLACK}")
    return validate(Settings, filled, path.name), tuple(filling.secrets)


def _text(path: Path) -> str:
    """Editors on Windows begin a file with a mark, and end its lines in their own way."""
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise Misconfigured(NO_FILE.format(path)) from None
    except OSError as error:
        raise Misconfigured(f"{path} can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise Misconfigured(f"{path} is not written in UTF-8 (line {line}). Save it in your editor as UTF-8.") from None


def _as_written(found: re.Match[str]) -> str:
    """("slack", "x") is [slack.x] in the file."""
    names = re.findall(r"'([^']+)'", found[0])
    return f"[{'.'.join(names)}]"


@dataclass
class _Filling:
    """Replaces "$NAME" by the variable, and notes all that are not set: they are named at once."""

    environment: Mapping[str, str]
    base: Path
    """Where files are that the settings name."""
    secrets: list[SecretStr] = field(default_factory=list)
    unset: dict[str, str] = field(default_factory=dict)
    """Variables, with the first key that names each."""

    def fill(self, value: Any, key: str = "") -> Any:
        match value:
            case dict():
                return {k: self.fill(v, f"{key}.{k}".lstrip(".")) for k, v in value.items()}
            case list():
                return [self.fill(v, key) for v in value]
            case str() if found := VARIABLE.match(value):
                return self._variable(found[1], key)
            case str() if FILE.match(key):
                return str(self.base / value)
        return value

    def _variable(self, name: str, key: str) -> str:
        value = self.environment.get(name, "")
        if value:
            self.secrets.append(SecretStr(value))
        else:
            self.unset.setdefault(name, key)
        return value

    def must_be_whole(self) -> None:
        match list(self.unset.items()):
            case []:
                return
            case [(name, key)]:
                raise Misconfigured(
                    f'{key} = "${name}": the variable {name} is not set. Set it, or write the value itself.'
                )
            case several:
                named = ", ".join(f"{name} ({key})" for name, key in several)
                raise Misconfigured(
                    f"{len(several)} variables are not set: {named}. Set them, or write the values themselves."
                )

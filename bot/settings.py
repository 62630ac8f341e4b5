"""makegood.toml, read once and frozen."""

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from pydantic import BaseModel, Field, SecretStr, ValidationError, field_validator, model_validator

from bot.bug import ids
from bot.bug.admit import Rule
from bot.bug.clocks import Rules
from bot.bug.courtesy import Courtesy
from bot.bug.errors import Misconfigured
from bot.bug.gift_caps import Caps, default_caps
from bot.bug.gift_presets import NEXT, Preset, usual
from bot.bug.gift_texts import GiftTexts
from bot.bug.modes import Mode, Modes
from bot.bug.money import Money, minor_digits
from bot.bug.policy import Roles
from bot.bug.values import Frozen
from bot.production.probe_settings import ProbeSettings
from bot.production.targets import AnyTarget, described
from bot.settings_pager import PagerSettings
from bot.settings_retro import RetroSettings
from bot.settings_words import NO_FILE, sentence

VARIABLE = re.compile(r"^\$([A-Za-z_][A-Za-z0-9_]*)$")
FILE = re.compile(r"^targets\.[^.]+\.(known_hosts|key)$")
"""Settings that name a file: beside the settings file, wherever the bot is started."""
Names = tuple[str, ...]


class SlackSettings(Frozen):
    error_channels: Names = Field(min_length=1)
    """Channel ids, as in "C0123456789": where alerts arrive and cards stand."""
    cards_per_minute: int = Field(default=10, ge=1)
    """Above it one digest card stands for the new errors of that minute."""

    @field_validator("error_channels")
    @classmethod
    def _ids(cls, value: Names) -> Names:
        return tuple(map(ids.channel, value))


class WebSettings(Frozen):
    public_url: str = ""
    """The bot's own address from outside; needed for Trello's webhook and for links."""
    trusted_proxies: Names = ()
    """Addresses or networks of our own reverse proxies, whose X-Forwarded-For names who really sends."""

    @property
    def proxies(self) -> tuple[IPv4Network | IPv6Network, ...]:
        return tuple(ip_network(text) for text in self.trusted_proxies)

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: Names) -> Names:
        for text in value:
            try:
                ip_network(text)
            except ValueError:
                raise ValueError(f'{text} is no address and no network; write them as in ["10.0.0.0/8"]') from None
        return value

    @field_validator("public_url")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        return ids.public_address(value) if value else value


class HookSettings(Frozen):
    token: SecretStr = Field(min_length=1)
    """The long random part of the hook's address."""
    secret: SecretStr | None = None
    """What the source signs with, where it signs."""
    map: Mapping[str, str] = Field(default_factory=dict)
    """For `generic`: our field -> JSONPath in its body."""
    projects: Mapping[str, str] = Field(default_factory=dict)
    """For `rollbar`: project number -> account/project, so that webhooks and links name the same item."""
    branches: Names = ()
    """For `github` and `gitlab`: what is merged into these is what people use; none: the default branch."""


class PolicySettings(Frozen):
    approvers: Names = ()
    """People (user id or e-mail address) or user groups (S…)."""
    on_call: Names = ()
    """Approvers who are asked only when those who were asked first have not answered."""
    runners: Names | None = None
    """Who may preview, run and undo fixes; None: every full member."""
    tellers: Names | None = None
    """Who may write to customers and give; None: every full member."""
    team: Literal["solo"] | None = None
    """"solo": where nobody else can approve, who asks goes on by typing its count or its release."""
    break_glass: bool = False
    """Whether the asker may go on alone after 2 minutes, with a reason that everybody reads."""
    ntfy: SecretStr | None = None
    """The address of a topic: a push message when nobody has answered a request in time."""
    totp: Mapping[str, SecretStr] = Field(default_factory=dict)
    """A second factor for high risk: e-mail address or user id of an approver -> the secret of their authenticator app."""

    @property
    def solo(self) -> bool:
        return self.team == "solo"

    @property
    def roles(self) -> Roles:
        everybody = tuple(dict.fromkeys((*self.approvers, *self.on_call)))
        return Roles(approvers=everybody, on_call=self.on_call, runners=self.runners, tellers=self.tellers)

    @field_validator("approvers", "on_call", "runners", "tellers")
    @classmethod
    def _somebody(cls, value: Names | None) -> Names | None:
        return value if value is None else tuple(map(ids.approver, value))

    @field_validator("ntfy")
    @classmethod
    def _topic(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not re.fullmatch(r"https?://[^/\s]+/[^/\s]+", value.get_secret_value()):
            raise ValueError("write the address of a topic, as in https://ntfy.sh/our-secret-topic")
        return value

    @field_validator("runners", "tellers")
    @classmethod
    def _not_nobody(cls, value: Names | None) -> Names | None:
        if value == ():
            raise ValueError(
                "it names nobody, so nobody could do it. Name people or groups, or leave the line out: then every full member may"
            )
        return value

    @field_validator("totp")
    @classmethod
    def _usable(cls, value: Mapping[str, SecretStr]) -> Mapping[str, SecretStr]:
        """Base32, and long enough not to be guessed."""
        for person, secret in value.items():
            text = secret.get_secret_value().upper()
            if not re.fullmatch(r"[A-Z2-7]{24,}=*", text):
                raise ValueError(
                    f"the secret of {person} must be base32 of at least 24 letters, as authenticator apps take it"
                )
        return value


class ActionsSettings(Frozen):
    paths: Names = ()
    """Folders of the team's own actions, beside the shipped ones."""
    mode: Mapping[str, Mode] = Field(default_factory=dict)
    """What becomes of single actions, by name: {"delete-row": "run"}."""


class TellSettings(Frozen):
    answer: str = (
        "Thank you for telling us. We see the problem and are looking into it now; you hear from us within {within}."
    )
    """The first answer: `{within}` is the promised time as "15 minutes", `{by}` as "14:15 (UTC+1)"."""
    tell: str = "The problem is solved, you can go on. It was our fault, not yours; thank you for your patience."
    """The tell. No internals: they don't need to know."""
    fault: str = "It was not your fault, but ours. "
    """What *Not your fault* begins with; the rest is in your own words."""
    when_works: bool = False
    """Whether the preview of a fix begins with the box ticked that tells who wrote, once it works."""
    letters_wait: int = Field(default=10, ge=0, le=600)
    """Seconds that a letter waits with *Take back* before it goes; 0: it goes at once, as a chat's words do."""
    minutes: int = Field(default=15, ge=1)
    """How far away the promised time of a first answer is."""
    currency: str = Field(default="EUR", pattern=r"^[A-Z]{3}$")
    credit: int = Field(default=500, ge=0)
    """What the form proposes, in minor units: 500 is €5."""
    largest_credit: int = Field(default=5000, ge=0)
    """Above it nobody can give a credit in Slack."""
    words: GiftTexts = GiftTexts()
    """What the customer reads of each makegood."""
    letters: Courtesy = Courtesy()
    """How a letter begins and ends."""
    presets: tuple[Preset, ...] = ()
    """What the form's menu offers; none: the usual ones."""
    preset: str = ""
    """The one that the form begins with; empty: nothing that costs is filled in."""

    @field_validator("currency")
    @classmethod
    def _exists(cls, value: str) -> str:
        minor_digits(value)
        return value

    @field_validator("answer")
    @classmethod
    def _can_be_filled_in(cls, value: str) -> str:
        try:
            value.format(by="14:15 (UTC+1)", within="15 minutes")
        except (LookupError, ValueError, AttributeError):
            raise ValueError(
                "only {within} and {by} may stand in braces, as in: you hear from us within {within}"
            ) from None
        return value

    @model_validator(mode="after")
    def _presets_can_be_given(self) -> Self:
        names = [one.name for one in self.offered]
        twice = next((name for name in names if names.count(name) > 1), "")
        if twice:
            raise ValueError(f'two presets are called "{twice}"')
        above = next((one.name for one in self.offered if one.credit > self.largest_credit), "")
        if above:
            raise ValueError(f'the preset "{above}" gives more than largest_credit')
        if self.preset and self.preset not in names:
            raise ValueError(f'there is no preset "{self.preset}"; write one of: {", ".join(names)}')
        return self

    @property
    def offered(self) -> tuple[Preset, ...]:
        """The presets of the menu."""
        gesture = Money(amount=min(self.credit, self.largest_credit), currency=self.currency)
        return self.presets or usual(gesture)

    def must_know_plans(self, plans: Sequence[str]) -> None:
        """Raises Misconfigured for a preset that names a plan which the billing system does not have."""
        for one in self.presets:
            if one.upgrade not in {"", NEXT, *plans}:
                said = f'tell.presets: "{one.name}" names the plan "{one.upgrade}", which the billing system does not have.'
                raise Misconfigured(f"{said} Write one of: {', '.join((NEXT, *plans))}.")


class WebhookSettings(Frozen):
    url: str = Field(pattern=r"^https?://")
    secret: SecretStr
    """As Standard Webhooks writes it: "whsec_" and the base64 of 24 to 64 random bytes."""
    timeout: float = Field(default=10, gt=0, le=60)

    @field_validator("secret")
    @classmethod
    def _standard(cls, value: SecretStr) -> SecretStr:
        ids.webhook_secret(value.get_secret_value())
        return value


class AnchorSettings(Frozen):
    """Where anchors of the trail go, so that they are not only in its database. None named: none goes out."""

    channel: str = ""
    """A channel's id; best one that those who have the database's password can't clear."""
    mail: str = ""
    """An address; by the mail server of `[mail]`."""
    file: str = ""
    """Appended to, beside the settings; best on a disk that only takes more."""
    webhook: str = ""
    """The NAME of one of `[webhooks.NAME]`."""
    hours: float = Field(default=24, ge=0.1, le=168)
    """How far two anchors are apart, while anything is written."""

    @property
    def named(self) -> dict[str, str]:
        """Each way that is wanted, with where it leads."""
        ways = {"channel": self.channel, "mail": self.mail, "file": self.file, "webhook": self.webhook}
        return {name: where for name, where in ways.items() if where}

    @field_validator("channel")
    @classmethod
    def _channel(cls, value: str) -> str:
        return ids.channel(value) if value else value

    @field_validator("mail")
    @classmethod
    def _address(cls, value: str) -> str:
        return ids.mail_address(value) if value else value


class Kind(BaseModel, frozen=True, extra="allow"):
    """A table whose other keys belong to the module named by `kind`."""

    kind: str
    elsewhere: bool = False
    """Another process holds its credentials and serves it (`makegood run --sinks billing`)."""

    def rest(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


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


M = TypeVar("M", bound=BaseModel)


def validate(model: type[M], data: Mapping[str, Any], where: str, names: Mapping[str, str] | None = None) -> M:
    """The frozen settings, or Misconfigured with one line: the key (as people write it: `names`), what is wrong, what to write."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        # a misspelt key is the reason why another one is missing: it comes first
        first = next((x for x in found if x["type"] == "extra_forbidden"), found[0])
        key = ".".join(str(part) for part in first["loc"] if part not in {"sql", "ssh", "http", "elsewhere"})
        raise Misconfigured(sentence(where, (names or {}).get(key, key), first)) from None

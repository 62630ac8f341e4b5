"""The shorter tables of makegood.toml, each frozen; the longer ones have a module of their own."""

import re
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from pydantic import BaseModel, Field, SecretStr, field_validator

from bot.bug import ids
from bot.bug.permissions.modes import Mode
from bot.bug.values import Frozen

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

    @field_validator("token")
    @classmethod
    def _fits_an_address(cls, token: SecretStr) -> SecretStr:
        if re.search(r"[/?#%\\\s]", token.get_secret_value()):
            raise ValueError("it is a part of the hook's address: write letters, digits, - and _, without blanks")
        return token


class ActionsSettings(Frozen):
    paths: Names = ()
    """Folders of the team's own actions, beside the shipped ones."""
    mode: Mapping[str, Mode] = Field(default_factory=dict)
    """What becomes of single actions, by name: {"delete-row": "run"}."""


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

"""`[pager]`: who is called outside of Slack when nobody claims while a customer waits."""

import re
from collections.abc import Mapping
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from bot.bug import ids
from bot.bug.clocks.paging import Call, Way
from bot.bug.values import Frozen

SHORTEST = 32
"""Characters of the secret: shorter ones can be guessed."""


class Contact(Frozen):
    """How one person is reached: one of `ntfy` and `webhook`."""

    ntfy: SecretStr | None = None
    """The address of their topic."""
    webhook: SecretStr | None = None
    """An address that takes JSON, as chats and pagers offer it."""
    secret: SecretStr | None = None
    """Of the webhook: what it is sent is signed with it, as Standard Webhooks says."""
    after: int | None = Field(default=None, ge=1)
    """Minutes; None: those of `[pager]`."""

    @field_validator("ntfy", "webhook")
    @classmethod
    def _address(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not re.fullmatch(r"https?://[^/\s]+/[^\s]+", value.get_secret_value()):
            raise ValueError("write a whole address, as in https://ntfy.sh/our-secret-topic")
        return value

    @field_validator("secret")
    @classmethod
    def _standard(cls, value: SecretStr | None) -> SecretStr | None:
        if value:
            ids.webhook_secret(value.get_secret_value())
        return value

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.ntfy is None) == (self.webhook is None):
            raise ValueError("write either ntfy or webhook: where the call goes")
        if self.secret and self.ntfy:
            raise ValueError("secret signs what a webhook is sent; ntfy takes none")
        return self

    @property
    def way(self) -> Way:
        return "ntfy" if self.ntfy else "webhook"

    @property
    def address(self) -> str:
        return (self.ntfy or self.webhook or SecretStr("")).get_secret_value()


class PagerSettings(Frozen):
    secret: SecretStr | None = None
    """Signs the links; the same in every process."""
    after: int = Field(default=5, ge=1)
    """Minutes that a customer waits while nobody has the bug."""
    valid: int = Field(default=60, ge=5, le=1440)
    """Minutes for which a link can claim."""
    people: Mapping[str, Contact] = Field(default_factory=dict)
    """By their user id."""

    @field_validator("secret")
    @classmethod
    def _long(cls, value: SecretStr | None) -> SecretStr | None:
        if value and len(value.get_secret_value()) < SHORTEST:
            raise ValueError(f"it must have at least {SHORTEST} characters; `openssl rand -base64 32` makes one")
        return value

    @field_validator("people")
    @classmethod
    def _people(cls, value: Mapping[str, Contact]) -> Mapping[str, Contact]:
        for user in value:
            ids.person(user)
        return value

    @model_validator(mode="after")
    def _signed(self) -> Self:
        if self.people and not self.secret:
            raise ValueError(
                'a link must be signed: write secret = "$PAGER_SECRET"; `openssl rand -base64 32` makes one'
            )
        return self

    @property
    def calls(self) -> tuple[Call, ...]:
        return tuple(Call(user=user, after=contact.after or self.after) for user, contact in self.people.items())

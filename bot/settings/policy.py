"""`[policy]`: who approves, who runs, who writes to customers, and what somebody may do alone."""

import re
from collections.abc import Mapping
from typing import Literal

from pydantic import Field, SecretStr, field_validator

from bot.bug import ids
from bot.bug.permissions.policy import Roles
from bot.bug.values import Frozen
from bot.settings.sections import Names


class PolicySettings(Frozen):
    approvers: Names = ()
    """People (user id or e-mail address) or user groups (S…)."""
    on_call: Names = ()
    """Approvers who are asked only when those who were asked first have not answered."""
    runners: Names | None = None
    """Who may preview, run and undo fixes; None: every full member."""
    tellers: Names | None = None
    """Who may write to customers and give; None: every full member."""
    exporters: Names | None = None
    """Who may take the trail out of Slack as a file; None: every full member."""
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
        return Roles(
            approvers=everybody,
            on_call=self.on_call,
            runners=self.runners,
            tellers=self.tellers,
            exporters=self.exporters,
        )

    @field_validator("approvers", "on_call", "runners", "tellers", "exporters")
    @classmethod
    def _somebody(cls, value: Names | None) -> Names | None:
        return value if value is None else tuple(map(ids.approver, value))

    @field_validator("ntfy")
    @classmethod
    def _topic(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not re.fullmatch(r"https?://[^/\s]+/[^/\s]+", value.get_secret_value()):
            raise ValueError("write the address of a topic, as in https://ntfy.sh/our-secret-topic")
        return value

    @field_validator("runners", "tellers", "exporters")
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

"""Signs the link of a call, and reads it when somebody opens it: for one person, one bug, and a limited time. Pure."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretStr, ValidationError

from bot.adapters.common.signing import hex_signature, same
from bot.bug.errors import NotFound
from bot.bug.values import Frozen

PLACE = "/have-it/"
_OURS = "This is no link of Makegood, or it lost a part when it was copied. Claim the bug in Slack."
_FOR = b"makegood have-it 1\n"
"""What is signed says what for: no other signature of the same secret passes for one."""


class Link(Frozen):
    """What a link says. `born`: when the bug was opened, in Unix seconds, since after a restored backup its number may come again."""

    team: str
    bug: int
    born: int
    seq: int
    """The entry that called: each call can be answered once."""
    user: str
    until: int
    """Unix seconds."""

    def over(self, now: datetime) -> bool:
        return now.timestamp() > self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """`public` is our own address, without a slash at its end."""

    secret: SecretStr
    public: str

    def address(self, link: Link) -> str:
        """The same link has the same address."""
        body = base64.urlsafe_b64encode(link.model_dump_json().encode()).rstrip(b"=")
        return f"{self.public}{PLACE}{body.decode()}.{self._signature(body)}"

    def read(self, token: str) -> Link:
        """What the last part of an address says, in time or not. Raises NotFound where we did not sign it."""
        text, _, given = token.partition(".")
        body = text.encode("utf-8", "replace")
        if not same(given, self._signature(body)):
            raise NotFound(_OURS)
        try:
            return Link.model_validate_json(base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4)))
        except (binascii.Error, ValidationError):
            raise NotFound(_OURS) from None

    def _signature(self, body: bytes) -> str:
        return hex_signature(self.secret.get_secret_value(), _FOR + body)

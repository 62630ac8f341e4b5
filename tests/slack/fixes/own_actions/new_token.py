"""A command that takes a secret."""

from pydantic import SecretStr

from bot.api import Risk, SshAction


class NewToken(SshAction):
    """Gives the shop a new token."""

    risk = Risk.LOW
    approvals = 0
    command = "echo begun >> begun; echo got {token}"
    undo = "rm -f begun"

    token: SecretStr

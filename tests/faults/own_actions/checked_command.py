"""A command whose check, before it is started, waits for a word."""

from typing import ClassVar

from bot.api import Risk, SshAction


class CheckedCommand(SshAction):
    """Leaves a line behind whenever it is begun."""

    risk = Risk.LOW
    approvals: ClassVar[int | None] = 0
    target = "web"
    command = "echo begun >> begun-{word}"
    undo: ClassVar[str | None] = "rm -f begun-{word}"
    check = "echo looked >> looked-{word}; until test -e go-{word}; do sleep 0.1; done; test -s begun-{word}"

    word: str

    def lock_key(self) -> str:
        return self.word

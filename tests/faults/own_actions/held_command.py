"""A command that waits for a word."""

from typing import ClassVar

from bot.api import Risk, SshAction


class HeldCommand(SshAction):
    """Leaves a line behind whenever it is begun, and one when it has done its work."""

    risk = Risk.LOW
    approvals: ClassVar[int | None] = 0
    target = "web"
    command = "echo begun >> begun-{word}; until test -e go-{word}; do sleep 0.1; done; echo done >> done-{word}"
    undo: ClassVar[str | None] = "rm -f done-{word}"
    check = "test -s done-{word}"

    word: str

    def lock_key(self) -> str:
        return self.word

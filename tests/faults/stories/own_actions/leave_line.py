"""A command that leaves one line behind for each time."""

from typing import ClassVar

from bot.api import Risk, SshAction


class LeaveLine(SshAction):
    """One line for each time it ran, one for each time it was taken back."""

    risk = Risk.LOW
    approvals: ClassVar[int | None] = 0
    target = "web"
    command = "echo done >> done-{word}"
    undo: ClassVar[str | None] = "echo undone >> undone-{word}"
    check = "test -s done-{word}"

    word: str

    def lock_key(self) -> str:
        return self.word

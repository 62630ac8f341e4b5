"""A command that takes its time."""

from typing import ClassVar

from bot.api import Risk, SshAction


class LongJob(SshAction):
    """Counts on, and leaves a line behind whenever it was begun."""

    risk = Risk.LOW
    approvals: ClassVar[int | None] = 0
    command = "echo begun >> begun; echo counting {word}; sleep 0.3; echo hunter2-of-production; sleep {seconds}; echo done >> ended"
    undo: ClassVar[str | None] = "rm -f ended"
    check = "test -s ended"

    word: str
    seconds: int = 0

    def lock_key(self) -> str:
        return "job"

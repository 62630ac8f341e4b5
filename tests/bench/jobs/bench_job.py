"""What the measured bot runs on the measured host."""

from typing import ClassVar, Literal

from bot.api import Risk, SshAction


class BenchJob(SshAction):
    """Does one of the host's jobs."""

    risk = Risk.LOW
    approvals: ClassVar[int | None] = 0
    command = "job {what}"
    undo: ClassVar[str | None] = "true"
    timeout = 300

    what: Literal["quick", "hang", "stubborn", "flood"]

    def lock_key(self) -> str:
        return self.what

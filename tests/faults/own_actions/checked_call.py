"""A call whose check, before it is sent, waits for a word."""

from typing import ClassVar

from bot.api import HttpAction, Request, Risk


class CheckedCall(HttpAction):
    """Has a job done where it is not done yet."""

    risk = Risk.LOW
    approvals: ClassVar[int | None] = 0
    target = "slow"

    word: str

    def lock_key(self) -> str:
        return self.word

    def request(self) -> Request:
        return Request(path="/jobs/{word}", segments={"word": self.word})

    def undo_request(self) -> Request:
        return Request(method="DELETE", path="/jobs/{word}", segments={"word": self.word})

    def check_request(self) -> Request:
        return Request(method="GET", path="/held/{word}", segments={"word": self.word})

"""A call that a service counts."""

from typing import ClassVar

from bot.api import HttpAction, Request, Risk


class HaveDone(HttpAction):
    """Has a job done; taking it back is a call of its own."""

    risk = Risk.LOW
    approvals: ClassVar[int | None] = 1
    target = "counting"

    word: str

    def lock_key(self) -> str:
        return self.word

    def request(self) -> Request:
        return Request(path="/jobs/{word}", segments={"word": self.word})

    def undo_request(self) -> Request:
        return Request(method="DELETE", path="/jobs/{word}", segments={"word": self.word})

    def check_request(self) -> Request:
        return Request(method="GET", path="/jobs/{word}", segments={"word": self.word})

    def undo_check_request(self) -> Request:
        return Request(method="GET", path="/undone/{word}", segments={"word": self.word})

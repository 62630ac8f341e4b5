"""A run over there, which goes on until a word is said."""

from typing import ClassVar

from bot.api import Follow, HttpAction, Request, Risk


class HeldRun(HttpAction):
    """Starts a run and follows it."""

    risk = Risk.LOW
    approvals: ClassVar[int | None] = 0
    target = "slow"
    follow = Follow(handle="id", path="/runs/{handle}", done=("done",), every=0.2)

    word: str

    def lock_key(self) -> str:
        return self.word

    def request(self) -> Request:
        return Request(path="/runs/{word}", segments={"word": self.word})

    def undo_request(self) -> Request:
        return Request(method="DELETE", path="/runs/{word}", segments={"word": self.word})

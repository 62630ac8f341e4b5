"""Keeps what people write and pin in a bug's thread, so that a retro never reads Slack's history."""

from typing import Annotated, Literal

from pydantic import AwareDatetime

from bot.bug.event import Inert, Outcome, Quiet, Text
from bot.bug.values import PRIVATE, Frozen


class SharedFile(Frozen):
    """A file that somebody put into the thread: it stays in Slack, where only those who may see it open the link."""

    name: str
    url: str


Files = Annotated[tuple[SharedFile, ...], PRIVATE]


class Said(Quiet, Inert, Outcome):
    """Somebody wrote in the bug's thread."""

    KIND = "said"
    user: str
    ts: str
    text: Text
    files: Files = ()


class SaidEdited(Quiet, Inert, Outcome):
    """Somebody edited what was written."""

    KIND = "said_edited"
    user: str
    ts: str
    text: Text = ""


class SaidDeleted(Quiet, Inert, Outcome):
    """Somebody deleted what was written."""

    KIND = "said_deleted"
    user: str
    ts: str


PUSHPIN = "pushpin"
"""The reaction that keeps a message for the retro."""


class Pinned(Quiet, Inert, Outcome):
    """Somebody pinned a message of the thread, or put a pushpin on it: the retro is to have it."""

    KIND = "pinned"
    ts: str
    via: Literal["pin", "reaction"]
    at: AwareDatetime
    """When the message was written."""
    user: str = ""
    """Who wrote it; empty for an app."""
    text: Text = ""
    """As it read when it was pinned; what is edited later reads as it was edited."""
    files: Files = ()


class Unpinned(Quiet, Inert, Outcome):
    """It is not to stand in the retro after all."""

    KIND = "unpinned"
    ts: str
    via: Literal["pin", "reaction"]


EVENTS = (Said, SaidEdited, SaidDeleted, Pinned, Unpinned)

"""Keeps what people write in a bug's thread, so that a retro never reads Slack's history."""

from bot.bug.event import Inert, Outcome, Quiet, Text


class Said(Quiet, Inert, Outcome):
    """Somebody wrote in the bug's thread."""

    KIND = "said"
    user: str
    ts: str
    text: Text


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


EVENTS = (Said, SaidEdited, SaidDeleted)

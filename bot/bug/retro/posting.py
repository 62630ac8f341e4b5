"""The wish for a bug's retro or its post-mortem in its thread, and that it was posted."""

from bot.bug.event import ANY, STAY, Event, Inert, Move, Outcome, Quiet


class RetroAsked(Quiet, Inert, Event):
    """Its own message says all that there is to say."""

    KIND = "retro_asked"
    MOVES = (Move(ANY, STAY, "a retro can be read at any time; a merged bug's thread goes on elsewhere"),)


class RetroPosted(Quiet, Inert, Outcome):
    """The answer to the entry `asked`."""

    KIND = "retro_posted"
    asked: int
    channel: str
    ts: str


class PostmortemAsked(Quiet, Inert, Event):
    """Somebody wants the whole story as a page; the file in the thread says the rest."""

    KIND = "postmortem_asked"
    MOVES = (Move(ANY, STAY, "a post-mortem can be read at any time; a merged bug's thread goes on elsewhere"),)


class PostmortemPosted(Quiet, Inert, Outcome):
    """The answer to the entry `asked`."""

    KIND = "postmortem_posted"
    asked: int
    channel: str
    file: str
    """Its name."""


EVENTS = (RetroAsked, RetroPosted, PostmortemAsked, PostmortemPosted)

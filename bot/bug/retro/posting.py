"""The wish for a bug's retro in its thread, and that it was posted."""

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


EVENTS = (RetroAsked, RetroPosted)

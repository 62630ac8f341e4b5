"""That a retro was posted."""

from bot.bug.event import ANY, STAY, Event, Inert, Move, Quiet


class RetroPosted(Quiet, Inert, Event):
    KIND = "retro_posted"
    MOVES = (Move(ANY, STAY, "a retro can be read at any time"),)


EVENTS = (RetroPosted,)

"""The board's card, and sinks that gave up."""

from bot.bug.events.base import Event, Outcome, Text


class CardMade(Outcome):
    KIND = "card_made"
    id: str
    url: str
    adopted: bool = False


class CardMoved(Outcome):
    """Somebody moved the card on the board."""

    KIND = "card_moved"
    stage: str
    by: Text = ""


class CardGone(Outcome):
    """Somebody deleted the card on the board; a bug that still lives gets another one."""

    KIND = "card_gone"
    by: Text = ""


class CardCommented(Outcome):
    KIND = "card_commented"
    text: Text
    by: Text = ""


class Waits(Outcome):
    """What a sink serves is out of order; it goes on trying by itself."""

    KIND = "waits"
    sink: str
    why: Text


class CaughtUp(Outcome):
    """It answers again, and what waited is done."""

    KIND = "caught_up"
    sink: str


class Parked(Outcome):
    """A sink gave up on this bug until a person asks for another try."""

    KIND = "parked"
    sink: str
    why: Text


class Unparked(Event):
    KIND = "unparked"
    sink: str

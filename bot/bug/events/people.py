"""What people do with a bug."""

from typing import Literal

from pydantic import AwareDatetime

from bot.bug.events.base import Event, Outcome, Text


class Claimed(Event):
    KIND = "claimed"
    owner: str


class Released(Event):
    KIND = "released"


class HandedOver(Event):
    KIND = "handed_over"
    owner: str


class TakenOver(Event):
    KIND = "taken_over"
    owner: str
    previous: str


class Estimated(Event):
    KIND = "estimated"
    minutes: int


class Dismissed(Event):
    KIND = "dismissed"
    reason: Text


class Muted(Event):
    """Repeats don't touch the card until then."""

    KIND = "muted"
    until: AwareDatetime


class Snoozed(Event):
    """No clock of this bug speaks up until then."""

    KIND = "snoozed"
    until: AwareDatetime


class Merged(Event):
    """This bug is the same as another, which goes on."""

    KIND = "merged"
    into: int


class Absorbed(Event):
    """Another bug turned out to be this one."""

    KIND = "absorbed"
    bug: int
    occurrences: int = 0


class Fixed(Event):
    """It works again: on somebody's word, or because the probe says so."""

    KIND = "fixed"
    how: Literal["word", "probe"]
    said: str = ""
    proper: bool = False


class Reopened(Event):
    KIND = "reopened"
    reason: Text


class Owed(Event):
    """Everybody is told; the proper fix is still owed."""

    KIND = "owed"
    owner: str
    due: AwareDatetime


class Paid(Event):
    """The proper fix is done."""

    KIND = "paid"
    how: Text = ""


class Closed(Event):
    KIND = "closed"
    why: str


class Said(Outcome):
    """Somebody wrote in the bug's thread."""

    KIND = "said"
    user: str
    ts: str
    text: Text


class SaidAgain(Outcome):
    """Somebody edited what was written; an empty text with `deleted` is a deletion."""

    KIND = "said_again"
    user: str
    ts: str
    text: Text = ""
    deleted: bool = False


class RetroPosted(Event):
    KIND = "retro_posted"


class Nudged(Outcome):
    """A clock spoke up; each (kind, round) once, whatever restarts."""

    KIND = "nudged"
    what: str
    whom: tuple[str, ...] = ()
    """Who is meant: user ids; nobody: whoever is there."""
    since: AwareDatetime | None = None
    """The moment from which this clock ran: another moment is another nudge."""

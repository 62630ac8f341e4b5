"""The values of a retro, of one bug and of a month. Times are seconds; None means that it never happened."""

from collections.abc import Mapping
from typing import Literal

from pydantic import AwareDatetime, Field

from bot.bug.bug import Debt, DoneAlone, Status, Task
from bot.bug.course.conversation import SharedFile
from bot.bug.fixes.fix import RunState
from bot.bug.money import Grant, Money
from bot.bug.retro.lesson import CHANGES, HOW_WE_DID, QUESTION
from bot.bug.retro.mood import Mood
from bot.bug.values import BugRef, Frozen
from bot.bug.words import Part

QUESTIONS = (QUESTION, HOW_WE_DID, CHANGES)


class Times(Frozen):
    """Since the first sign of it: the first error, or the first word of a customer where that came earlier."""

    claim: float | None = None
    answer: float | None = None
    fix: float | None = None
    """To the first fix, whether or not it held."""
    tell: float | None = None
    open: float | None = None
    """To the end of it; None while it goes on."""
    wait: float | None = None
    """The longest that a customer waited to be told."""


class Estimate(Frozen):
    minutes: int
    actual: float | None = None
    """Seconds from the estimate to the fix."""


class TimelineStep(Frozen):
    """One line of the timeline."""

    at: AwareDatetime
    by: str
    said: str
    """The sentence as plain text; people stand as their ids."""
    parts: tuple[Part, ...] = Field(default=(), exclude=True)
    """The same sentence, for whoever renders it."""
    loud: bool = False
    """Nobody may overlook it."""


class Deeds(Frozen):
    """How often one person did what: {"fix": 2, "tell": 1}."""

    person: str
    done: Mapping[str, int]


class Run(Frozen):
    """One fix that was asked for, and how it went."""

    run: int
    action: str
    name: str
    by: str
    reason: str
    state: RunState
    undo_of: int | None = None
    undone: bool = False
    approved_by: tuple[str, ...] = ()
    """Other people than who ran it."""
    broken_glass: bool = False
    alone: bool = False
    """Nobody else was there to approve it."""
    proper: bool = False
    why: str = ""


class Gift(Frozen):
    """A makegood that was booked, or of which nobody knows whether it was."""

    at: AwareDatetime
    customer: str
    """Their name."""
    account: str
    """As the billing system calls them; ours where that is not known."""
    grant: Grant
    state: Literal["granted", "undone", "doubtful"]
    undone_at: AwareDatetime | None = None


class ServedCustomer(Frozen):
    """How one customer fared."""

    id: str
    name: str
    waited: float | None = None
    """Until they were told."""
    answered: bool = False
    told: bool = False
    skipped: bool = False
    came_back: bool = False
    """They were seen again an hour or more after they were told."""
    bought: bool = False
    """Their plan changed afterwards, and not by our gift."""
    mood: Mood | None = None
    words: str = ""
    """The last they wrote after they were told."""


class Remark(Frozen):
    """What somebody wrote in the thread, as it reads now."""

    at: AwareDatetime
    by: str
    text: str
    edited: bool = False
    files: tuple[SharedFile, ...] = ()


class Pin(Frozen):
    """What somebody of the team wanted to be kept: pinned in the thread, or with a pushpin on it."""

    at: AwareDatetime
    """When it was written."""
    by: str
    """Who wrote it; empty for an app."""
    text: str
    pinned_by: tuple[str, ...] = ()
    files: tuple[SharedFile, ...] = ()


class Retro(Frozen):
    """The story of one bug."""

    bug: BugRef
    title: str
    status: Status
    began_at: AwareDatetime
    opened_at: AwareDatetime
    closed_at: AwareDatetime | None = None
    closed_why: str = ""
    occurrences: int = 0
    people: tuple[str, ...] = ()
    """Everybody named in it, as actors."""
    times: Times
    estimate: Estimate | None = None
    timeline: tuple[TimelineStep, ...] = ()
    deeds: tuple[Deeds, ...] = ()
    fixes: tuple[Run, ...] = ()
    done_alone: tuple[DoneAlone, ...] = ()
    """What had no second person before it, with who has seen it since."""
    gifts: tuple[Gift, ...] = ()
    customers: tuple[ServedCustomer, ...] = ()
    thread: tuple[Remark, ...] = ()
    debt: Debt | None = None
    came_back: int = 0
    reopened: int = 0
    lesson: str = ""
    """How it got into production, as somebody wrote it."""
    causes: tuple[str, ...] = ()
    """The same, by the names of the list of causes."""
    lesson_by: str = ""
    how_we_did: str = ""
    how_we_did_by: str = ""
    tasks: tuple[Task, ...] = ()
    """What is changed after it."""
    pinned: tuple[Pin, ...] = ()
    questions: tuple[str, ...] = QUESTIONS
    """What nobody has answered."""


class Booking(Frozen):
    """One line for the accountant; an undo is a line of its own, so that a month that is over never changes."""

    at: AwareDatetime
    bug: str
    customer: str
    kind: Literal["credit", "days", "upgrade"]
    amount: int | None = None
    """Minor units, negative where it was taken back; None where it is not money."""
    currency: str = ""
    state: Literal["granted", "undone", "doubtful"]
    what: str
    """In words: "5 days until 2025-12-03"."""


class Total(Frozen):
    """What was given of one kind and currency, what was taken back already off."""

    kind: str
    currency: str = ""
    count: int
    amount: int
    """Minor units of the currency; days for days; the number for upgrades."""


class Again(Frozen):
    """One action that had to be run more than once: its cause is still there."""

    action: str
    times: int
    bugs: tuple[int, ...]


class Unseen(Frozen):
    """Something of that time that was done alone, and that nobody else has seen until now."""

    bug: str
    at: AwareDatetime
    by: str
    what: str


class Share(Frozen):
    """A day of a week, or a week of a month."""

    name: str
    bugs: int
    """Those that began in it."""
    told: int
    """Customers of these bugs who were told that it works."""


class Summary(Frozen):
    """What a week or a month of bugs came to. Everything counts from the moment at which a bug began."""

    span: str
    """ "2025-11" or "2025-W48", in UTC; empty for all of them."""
    days: str = ""
    """The first and the last day of it, in words; empty for all of them."""
    bugs: int
    dismissed: int
    came_back: int
    told: int
    """Customers."""
    told_in_5: int = 0
    """Of these, within 5 minutes of the moment from which they waited."""
    told_in_67: int = 0
    """The same within 67 minutes."""
    bought: int = 0
    """Customers whose plan changed afterwards, and not by our gift."""
    returned: int = 0
    """Customers who were seen again an hour or more after they were told."""
    owed: int
    """Proper fixes not paid yet."""
    times: Times
    """Medians over those bugs that have them."""
    slow: Times = Times()
    """The 90th percentiles: nine in ten were as fast as that."""
    shares: tuple[Share, ...] = ()
    given: tuple[Total, ...] = ()
    cost: tuple[Money, ...] = ()
    """Credits, and days that were booked as credit; what was taken back already off."""
    again: tuple[Again, ...] = ()
    bookings: tuple[Booking, ...] = ()
    unseen: tuple[Unseen, ...] = ()

"""What the world says of the error: trackers, alerts, the card."""

from typing import Literal

from pydantic import Field

from bot.bug.events.base import Event, Outcome, Text, Texts
from bot.bug.values import Severity


class Opened(Event):
    """The first entry of every bug."""

    KIND = "opened"
    source: str
    group: str = ""
    event: str = ""
    title: Text
    message: Text = ""
    context: str = ""
    project: str = ""
    stage: str = ""
    severity: Severity | None = None
    url: str = ""
    page: Text = ""
    release: str = ""
    occurrences: int = 1
    users: int | None = None
    facts: Texts = Field(default_factory=dict)
    frames: tuple[str, ...] = ()
    card_url: str = ""
    admitted: str
    """Why it became a card: the rule of [admit] in words."""


class Enriched(Outcome):
    """A second report of the same error knew more than the first; of a bug that a person told of, the tracker's first."""

    KIND = "enriched"
    source: str = ""
    group: str = ""
    title: Text = ""
    message: Text = ""
    context: str = ""
    project: str = ""
    stage: str = ""
    url: str = ""
    page: Text = ""
    release: str = ""
    facts: Texts = Field(default_factory=dict)
    frames: tuple[str, ...] = ()
    card_url: str = ""


class Repeated(Outcome):
    """The error happened again, `deliveries` times since the last entry."""

    KIND = "repeated"
    deliveries: int
    occurrences: int
    """Total, as the tracker counts or as we do, whichever is more."""
    users: int | None = None
    events: tuple[str, ...] = ()
    """The newest occurrences' own ids: one told of twice counts once."""


class CameBack(Outcome):
    """The error happened again after it was thought fixed."""

    KIND = "came_back"
    occurrences: int
    users: int | None = None
    events: tuple[str, ...] = ()


class AlertPosted(Outcome):
    """Another app's message about this error stands in a channel."""

    KIND = "alert_posted"
    channel: str
    ts: str


class CardPosted(Outcome):
    """The card stands in a channel; its thread is the trail."""

    KIND = "card_posted"
    channel: str
    ts: str


class TrackerSaid(Outcome):
    """Somebody did something in the tracker."""

    KIND = "tracker_said"
    what: Literal["resolved", "snoozed", "ignored", "commented", "reopened"]
    text: Text = ""


class Resembles(Outcome):
    """Somebody told of what may be the same; a person is asked."""

    KIND = "resembles"
    bug: int
    why: Literal["customer", "page"]
    """The same customer, or the same page at about the same time."""

"""News of the error from trackers, alerts and other apps' messages; and the card that stands for the bug in Slack."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal, Protocol

from pydantic import Field

from bot.bug.bug import Bug, Post
from bot.bug.event import Event, Inert, Outcome, Quiet, Text, Texts
from bot.bug.values import Severity
from bot.bug.words import SHORT, Code, Foreign, Link, Part, Person, Words, because, listed, service_name, source_name

RECENT = 20
"""Ids of occurrences that a bug remembers."""
TRACKER_QUIET = {"snoozed": timedelta(days=1), "ignored": timedelta(days=30)}
"""What is quiet in the tracker is quiet here."""


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

    def apply(self, bug: Bug, at: datetime, by: str) -> Bug:
        return replace(
            bug,
            title=self.title,
            message=self.message,
            context=self.context,
            project=self.project,
            stage=self.stage,
            severity=self.severity,
            source=self.source,
            url=self.url,
            page=self.page,
            release=self.release,
            occurrences=self.occurrences,
            users=self.users,
            facts=self.facts,
            frames=self.frames,
            card_url=self.card_url,
            admitted=self.admitted,
            recent=(self.event,) if self.event else (),
            groups=(f"{self.source}:{self.group}",) if self.group else (),
            opened_at=at,
            opened_by=by,
            last_at=at,
            free_since=at,
        )

    def line(self, _bug: Bug, by: str) -> Words:
        places = [Foreign(x, SHORT) for x in (self.context, self.project, self.stage) if x]
        where: tuple[Part, ...] = listed(places, " · ") or ("reported by ", Person(by))
        source = Link(self.url, service_name(self.source)) if self.url else Foreign(source_name(self.source), 40)
        frame: tuple[Part, ...] = ("\n", Code(self.frames[0], 200, block=True)) if self.frames else ()
        why = (" · ", source, " · admitted: ", Foreign(self.admitted, SHORT))
        return Words("red_circle", (Foreign(self.title, 200), "\n", *where, *why, *frame))


class Enriched(Quiet, Outcome):
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

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        """What names the error is said anew; of the rest only what is not known yet."""
        return replace(
            bug,
            groups=(*bug.groups, f"{self.source}:{self.group}") if self.group else bug.groups,
            # a further group alone does not change whose error it is
            source=(self.title and self.source) or bug.source,
            title=self.title or bug.title,
            message=self.message or bug.message,
            url=self.url or bug.url,
            context=bug.context or self.context,
            project=bug.project or self.project,
            stage=bug.stage or self.stage,
            page=bug.page or self.page,
            release=bug.release or self.release,
            facts=bug.facts or self.facts,
            frames=bug.frames or self.frames,
            card_url=bug.card_url or self.card_url,
        )


class Reported(Protocol):
    """Whatever tells of an error: an alert, or another bug."""

    @property
    def title(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def context(self) -> str: ...
    @property
    def project(self) -> str: ...
    @property
    def stage(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def page(self) -> str: ...
    @property
    def release(self) -> str: ...
    @property
    def facts(self) -> Mapping[str, str]: ...
    @property
    def frames(self) -> tuple[str, ...]: ...
    @property
    def card_url(self) -> str: ...


def details(report: Reported, *, source: str = "", group: str = "") -> Enriched:
    """All that a report says of the error, as an entry; `source` and `group` if the bug has no tracker's error yet."""
    return Enriched(
        source=source,
        group=group,
        title=report.title,
        message=report.message,
        context=report.context,
        project=report.project,
        stage=report.stage,
        url=report.url,
        page=report.page,
        release=report.release,
        facts=report.facts,
        frames=report.frames,
        card_url=report.card_url,
    )


def seen_again(bug: Bug, at: datetime, total: int, users: int | None, events: tuple[str, ...]) -> Bug:
    """The error happened again: `total` times by now, `events` are the ids of the newest occurrences."""
    recent = (*bug.recent, *events)[-RECENT:]
    return replace(bug, occurrences=total, users=users or bug.users, last_at=at, recent=recent)


class Repeated(Quiet, Outcome):
    """The error happened again, `deliveries` times since the last entry."""

    KIND = "repeated"
    deliveries: int
    occurrences: int
    """Total, as the tracker counts or as we do, whichever is more."""
    users: int | None = None
    events: tuple[str, ...] = ()
    """The newest occurrences' own ids: one told of twice counts once."""

    def apply(self, bug: Bug, at: datetime, _by: str) -> Bug:
        total = max(self.occurrences, bug.occurrences + self.deliveries)
        return seen_again(bug, at, total, self.users, self.events)


class AlertPosted(Quiet, Outcome):
    """Another app's message about this error stands in a channel."""

    KIND = "alert_posted"
    channel: str
    ts: str

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        post = Post(channel=self.channel, ts=self.ts)
        return bug if post in bug.alerts else replace(bug, alerts=(*bug.alerts, post))


class CardPosted(Quiet, Outcome):
    """The card stands in a channel; its thread is the trail."""

    KIND = "card_posted"
    channel: str
    ts: str

    def apply(self, bug: Bug, _at: datetime, _by: str) -> Bug:
        return replace(bug, card=Post(channel=self.channel, ts=self.ts))


class TrackerSaid(Outcome):
    """Somebody did something in the tracker."""

    KIND = "tracker_said"
    what: Literal["resolved", "snoozed", "ignored", "commented", "reopened"]
    text: Text = ""

    def apply(self, bug: Bug, at: datetime, _by: str) -> Bug:
        quiet = TRACKER_QUIET.get(self.what)
        return replace(bug, muted_until=at + quiet) if quiet else bug

    def line(self, _bug: Bug, by: str) -> Words:
        return Words("information_source", ("In ", Person(by), f": {self.what}", *because(self.text)))


class Resembles(Quiet, Inert, Outcome):
    """Somebody told of what may be the same; a person is asked."""

    KIND = "resembles"
    bug: int
    why: Literal["customer", "page"]
    """The same customer, or the same page at about the same time."""


EVENTS = (Opened, Enriched, Repeated, AlertPosted, CardPosted, TrackerSaid, Resembles)

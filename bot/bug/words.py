"""Sentences for people, in a form that each medium renders itself: Slack's mrkdwn, Markdown, HTML, a terminal. Pure.

A sentence is a row of parts. A plain `str` is our own text and may name a `command` in backticks; whatever comes from outside
stands in a part of its own, so that no medium can forget to escape it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.text import cut

LONG, SHORT = 300, 120
"""Characters of foreign text in a sentence."""
SERVICES = {
    "github": "GitHub",
    "gitlab": "GitLab",
    "glitchtip": "GlitchTip",
    "tawk": "tawk.to",
    "generic": "Your own system",
    "email-postmark": "Postmark",
    "mail": "E-mail",
}
WITHIN = {"": "e-mail", "mail": "e-mail", "email_postmark": "e-mail", "generic": "your own system", "hand": "hand"}
"""Sources that are no service's name, as they stand within a sentence."""


@dataclass(frozen=True, slots=True)
class Person:
    """An actor by id: a member of the workspace ("U0ANNA"), a source ("source:bugsnag"), or a shell user ("cli:anna")."""

    id: str


@dataclass(frozen=True, slots=True)
class Foreign:
    """Text from outside, on one line, at most `limit` characters."""

    text: str
    limit: int = LONG


@dataclass(frozen=True, slots=True)
class Quote:
    """What somebody said, in quotation marks."""

    text: str
    limit: int = LONG


@dataclass(frozen=True, slots=True)
class Code:
    """A name as a machine knows it; `block` puts it on a line of its own."""

    text: str
    limit: int = 60
    block: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day, shown in the reader's zone where the medium can."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Day:
    """A date, shown in the reader's zone where the medium can."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    label: str


@dataclass(frozen=True, slots=True)
class Press:
    """The name of a button that the reader may press."""

    button: str


Part = str | Person | Foreign | Quote | Code | Clock | Day | Link | Press


@dataclass(frozen=True, slots=True)
class Words:
    """What an entry says to people. `icon` is an emoji's name in Slack."""

    icon: str
    parts: tuple[Part, ...]
    loud: bool = False
    """Nobody may overlook it."""
    minor: bool = False
    """The thread shows it while the bug is worked on; a retro leaves it out."""


def because(text: str, limit: int = LONG) -> tuple[Part, ...]:
    """A reason after a colon; nothing if there is no reason."""
    return (": ", Foreign(text, limit)) if text else ()


def listed(parts: Iterable[Part], by: str = ", ") -> tuple[Part, ...]:
    """The parts with `by` between them."""
    out: list[Part] = []
    for part in parts:
        out += [by, part] if out else [part]
    return tuple(out)


def people(ids: Iterable[str]) -> tuple[Part, ...]:
    return listed(Person(x) for x in ids)


def source_name(source: str) -> str:
    """How people call the place where something came from, within a sentence: whatever brings mail is e-mail."""
    return WITHIN.get(source) or service_name(source)


def actor_name(actor: str) -> str:
    """How people call whoever is no person: "makegood" of "system:makegood", "Trello" of "source:trello"."""
    kind, _, which = actor.partition(":")
    return source_name(which) if kind == "source" else actor.removeprefix("system:")


def service_name(source: str) -> str:
    """As a service writes itself: "Sentry", "GlitchTip". For a sentence that it begins, and for a link to it."""
    bare = source.removeprefix("customer-").replace("_", "-")
    return SERVICES.get(bare, bare.replace("-", " ").capitalize())


def plain(parts: Iterable[Part]) -> str:
    """For logs and terminals; people stand as their ids."""
    return "".join(_plain(part) for part in parts)


def _plain(part: Part) -> str:  # noqa: PLR0911 - one for each kind of part
    match part:
        case Person(id=id_):
            return id_
        case Foreign(text=text, limit=limit):
            return cut(" ".join(text.split()), limit)
        case Quote(text=text, limit=limit):
            return f"“{cut(' '.join(text.split()), limit)}”"
        case Code(text=text, limit=limit):
            return cut(text, limit)
        case Clock(at=at):
            return f"{at.astimezone(UTC):%H:%M} UTC"
        case Day(at=at):
            return f"{at.astimezone(UTC):%a %d %b}"
        case Link(label=label):
            return label
        case Press(button=button):
            return button
        case str():  # pragma: no branch - mypy knows that there is no other
            return part

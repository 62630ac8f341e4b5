"""Draws who waited how long, and what was done meanwhile, as inline SVG: places in percent, so that it fits a phone and a desk. Pure."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import NamedTuple

from bot.bug.retro.postmortem import Postmortem, Wait
from bot.text import length

LEFT, WIDTH = 3.0, 92.0
"""Percent of the picture."""
NEAR = 7.0
"""Percent: marks that are nearer than that stand on two levels."""
LEVELS = 3
MARKS, LANE = 64, 38
"""Height of the row of marks, and of each customer's lane, in pixels."""
SHOWN = 8
"""Customers that get a lane, those who waited longest."""
STEPS = {"claim": "claimed", "answer": "first answer", "fix": "works again", "tell": "told"}


class Mark(NamedTuple):
    """A numbered point of time."""

    number: int
    seconds: float
    what: str


def marks(story: Postmortem) -> tuple[Mark, ...]:
    """The first sign, and when each thing was done for the first time."""
    times = [(seconds, word) for name, word in STEPS.items() if (seconds := getattr(story.times, name)) is not None]
    begun = [(0.0, "first sign"), *sorted(times)]
    return tuple(Mark(i + 1, seconds, what) for i, (seconds, what) in enumerate(begun))


def left_out(story: Postmortem) -> int:
    """Customers without a lane."""
    return max(0, len(story.waits) - SHOWN)


def svg(story: Postmortem) -> str:
    """Empty where there is nothing to see: only the first sign."""
    points, lanes = marks(story), _lanes(story.waits, story)
    if len(points) == 1:
        return ""
    end = max([points[-1].seconds, *(_seconds(w.until, story) for w in lanes if w.until)], default=0.0) or 1.0
    height = MARKS + LANE * len(lanes)
    drawn = [
        *_row(points, end),
        *(part for i, w in enumerate(lanes) for part in _lane(w, MARKS + LANE * i, story, end)),
    ]
    said = f"Who waited how long: {'; '.join(_said(w, story) for w in lanes) or 'no customer waited'}"
    head = f'<svg role="img" width="100%" height="{height}" aria-label="{escape(said)}">'
    return "\n".join([head, *drawn, "</svg>"])


def _lanes(waits: Sequence[Wait], story: Postmortem) -> list[Wait]:
    """The longest first."""
    return sorted(waits, key=lambda w: -_waited(w, story))[:SHOWN]


def _waited(wait: Wait, story: Postmortem) -> float:
    last = wait.until or (story.timeline[-1].at if story.timeline else wait.since)
    return (last - wait.since).total_seconds()


def _said(wait: Wait, story: Postmortem) -> str:
    how = "waited" if wait.until else "waits still, since"
    return f"{wait.customer} {how} {length(_waited(wait, story))}"


def _seconds(at: datetime | None, story: Postmortem) -> float:
    return (at - story.began_at).total_seconds() if at else 0.0


def _place(seconds: float, end: float) -> float:
    return LEFT + WIDTH * min(max(seconds / end, 0.0), 1.0)


def _row(points: Sequence[Mark], end: float) -> list[str]:
    """A line with numbered marks; those that come close together stand above each other."""
    base = MARKS - 14
    drawn = [f'<line class="axis" x1="{LEFT}%" x2="{LEFT + WIDTH}%" y1="{base}" y2="{base}"/>']
    before, level = -100.0, 0
    for mark in points:
        place = _place(mark.seconds, end)
        level = (level + 1) % LEVELS if place - before < NEAR else 0
        before, y = place, base - 20 * level
        drawn += [
            f'<circle class="mark" cx="{place:.2f}%" cy="{y}" r="9"/>',
            f'<text class="number" x="{place:.2f}%" y="{y + 4}" text-anchor="middle">{mark.number}</text>',
        ]
    return drawn


def _lane(wait: Wait, top: int, story: Postmortem, end: float) -> list[str]:
    since = _place(_seconds(wait.since, story), end)
    until = _place(_seconds(wait.until, story) if wait.until else end, end)
    kind = "wait" if wait.until else "wait open"
    return [
        f'<text class="name" x="{LEFT}%" y="{top + 13}">{escape(_said(wait, story))}</text>',
        f'<rect class="{kind}" x="{since:.2f}%" y="{top + 19}" width="{max(until - since, 0.6):.2f}%" height="10" rx="3"/>',
    ]

"""Counts bugs and told customers by the days of a week or the weeks of a month: one count for retro, month and Home. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.bug.bug import Bug
from bot.bug.customers.customer import Customer
from bot.bug.retro.model import Share
from bot.bug.retro.span import Span

Fact = tuple[datetime, int]
"""When a bug began, and how many of its customers were told."""


def began_at(bug: Bug) -> datetime | None:
    """The first error, or a customer's first word where that came earlier; None: it never opened."""
    return min((at for at in (bug.opened_at, *(c.since for c in bug.customers)) if at), default=None)


def informed(bug: Bug) -> tuple[Customer, ...]:
    """Who was told that it works."""
    return tuple(c for c in bug.customers if c.told_at)


def shares(of: Span, facts: Iterable[Fact]) -> tuple[Share, ...]:
    """Of each part of that time."""
    known = tuple(facts)
    return tuple(_share(part, known) for part in of.parts)


def _share(part: Span, facts: Sequence[Fact]) -> Share:
    told = [count for began, count in facts if part.has(began)]
    return Share(name=part.name, bugs=len(told), told=sum(told))

"""The forms: pure views from what is known. Their metadata is a mark, their callback the verb that takes the submission."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.bug import Bug, Customer, Given
from bot.domain.makegood import propose
from bot.domain.values import minor_digits
from bot.domain.words import channel, cut, foreign, plain
from bot.settings import TellSettings
from bot.slack import kit
from bot.slack.marks import mark
from bot.slack.say import grant

View = dict[str, Any]
PER_BOX = 10
"""Slack allows ten checkboxes in a group."""
BOXES = ("customers", "customers_2", "customers_3")


def local_time(at: datetime, tz: str) -> str:
    """ "14:15" on the asker's own clock, for a text that leaves Slack."""
    try:
        zone = ZoneInfo(tz)
    except (KeyError, ValueError, OSError):
        return f"{at:%H:%M} UTC"
    return f"{at.astimezone(zone):%H:%M}"


def reason(bug: Bug, verb: str, title: str, label: str, **about: str | int) -> View:
    """One question, one field."""
    blocks = [
        kit.context(f"{bug.ref} {foreign(bug.title, 120, one_line=True)}", "bug"),
        kit.text_input("reason", label, many=True, longest=500),
    ]
    return kit.modal(f"{title} {bug.ref}", blocks, id_=verb, meta=mark(bug.ref.number, bug.seq, **about), submit=title)


def note(title: str, text: str) -> View:
    """Something to read, nothing to fill in."""
    return kit.modal(title, [kit.section(text or "…", "note")], id_="note")


def tell(bug: Bug, settings: TellSettings, *, text: str, plans: Sequence[str], billing: bool, now: datetime) -> View:
    """Who, what, and what they get; prefilled so that one press is enough."""
    people = [c for c in bug.customers if c.reachable and not c.told][: PER_BOX * len(BOXES)]
    boxes = [
        kit.checkboxes(
            BOXES[i // PER_BOX],
            "Who is told" if i == 0 else "and",
            _people(people[i : i + PER_BOX]),
            [c.id for c in people],
            optional=i > 0,
        )
        for i in range(0, len(people), PER_BOX)
    ]
    words = kit.text_input(
        "text", "What they read", text or settings.tell, many=True, hint="No internals: they don't need to know."
    )
    unfixed = (
        []
        if bug.fixed_at
        else [
            kit.checkboxes("anyway", "It is not marked as fixed", [("anyway", "Tell them all the same")], optional=True)
        ]
    )
    gifts = (
        _gifts(bug, settings, plans, now)
        if billing
        else [kit.context("No `[billing]` is set up: no credit from here.", "nobilling")]
    )
    meta = mark(bug.ref.number, bug.seq)
    return kit.modal(f"Tell {bug.ref}", [*boxes, words, *unfixed, *gifts], id_="tell", meta=meta, submit="Tell")


def _people(people: Sequence[Customer]) -> list[tuple[str, str]]:
    return [(c.id, cut(f"{c.name}{' · online' if c.online else ''} · {channel(c.source)}", 75)) for c in people]


def _gifts(bug: Bug, settings: TellSettings, plans: Sequence[str], now: datetime) -> list[Any]:
    """Filled from the time in which the account was unusable."""
    proposed = propose(bug, now, settings.credit)
    amount = Decimal(proposed.credit).scaleb(-minor_digits(settings.currency)).normalize()
    credit = f"{amount:f}" if proposed.credit else ""
    days = str(proposed.days) if proposed.days else ""
    ends = (now + timedelta(days=30)).date().isoformat()
    upgrade = [
        kit.menu("plan", "Upgrade to", [(p, p) for p in plans], optional=True),
        kit.date_input("until", "until", ends, optional=True),
    ]
    return [
        kit.text_input("credit", f"Credit in {settings.currency}", credit, optional=True, longest=12),
        kit.text_input("days", "Days more", days, optional=True, longest=3, hint=proposed.why),
        *(upgrade if plans else []),
    ]


def take_back(bug: Bug, given: Sequence[tuple[Customer, Given]], why: str) -> View:
    """Which of several makegoods."""
    choices = [(str(g.seq), f"{cut(c.name, 30)}: {plain(grant(g.grant))}") for c, g in given]
    blocks = [
        kit.menu("granted", "Take back", choices, choices[0][0]),
        kit.text_input("reason", "Why", why, optional=True, longest=500),
    ]
    meta = mark(bug.ref.number, bug.seq)
    return kit.modal(f"Take back {bug.ref}", blocks, id_="tell_undo", meta=meta, submit="Take back")

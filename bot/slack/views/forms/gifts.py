"""Draws the part of the tell's form that gives something, with a proposal from the time in which the account was unusable. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.bug.bug import Bug
from bot.bug.customer import Customer
from bot.bug.gift_proposal import Proposal, exact, propose
from bot.bug.gift_texts import GiftTexts
from bot.bug.money import Credit, Days, Grant, Money, minor_digits
from bot.settings import TellSettings
from bot.slack.views import blocks
from bot.slack.views.mrkdwn import foreign

SHOWN = 3


def fields(
    bug: Bug, people: Sequence[Customer], settings: TellSettings, plans: Sequence[str], now: datetime
) -> list[Any]:
    if all(c.got for c in people):
        return [blocks.context("They have already got something for this bug. `/tell undo` takes it back.", "got")]
    proposed = propose(bug, now, settings.credit)
    amount = Decimal(proposed.credit).scaleb(-minor_digits(settings.currency)).normalize()
    credit = f"{amount:f}" if proposed.credit else ""
    days = str(proposed.days) if proposed.days else ""
    return [
        blocks.text_input("credit", f"Credit in {settings.currency}", credit, optional=True, longest=12),
        blocks.text_input("days", "Days more", days, optional=True, longest=3, hint=_hint(proposed, people, now)),
        *(_upgrade(plans, now) if plans else []),
        blocks.context(_read(proposed, people, settings, now), "reads"),
    ]


def _upgrade(plans: Sequence[str], now: datetime) -> list[Any]:
    ends = (now + timedelta(days=30)).date().isoformat()
    return [
        blocks.menu("plan", "Upgrade to", [(p, p) for p in plans], optional=True),
        blocks.date_input("until", "Upgrade until", ends, optional=True),
    ]


def _hint(proposed: Proposal, people: Sequence[Customer], now: datetime) -> str:
    """Why so many, and what one day is to whom: the paid period's later end, or a credit."""
    days = Days(days=max(proposed.days, 1), until=now + timedelta(days=max(proposed.days, 1)))
    means = [f"{_name(c)}: {_plain(exact(days, c))}" for c in people[:SHOWN] if c.terms.ends]
    return ". ".join([*([proposed.why] if proposed.why else []), *means])


def _plain(given: Grant) -> str:
    if isinstance(given, Days) and given.money:
        return f"{given.days} as {given.money} off the next invoice"
    return f"{given.days} more, until {given.until:%d %b %Y}" if isinstance(given, Days) else ""


def _name(customer: Customer) -> str:
    return foreign(customer.name, 40, one_line=True)


def _read(proposed: Proposal, people: Sequence[Customer], settings: TellSettings, now: datetime) -> str:
    """The sentence that is added; it goes when the field is emptied."""
    said = list(dict.fromkeys(_sentences(proposed, people, settings.words, settings.currency, now)))
    added = "\n".join(f">{foreign(sentence, 300, one_line=True)}" for sentence in said[:SHOWN])
    head = "What you give is added in a sentence of its own, once it is booked"
    return f"{head}:\n{added}" if added else f"{head}."


def _sentences(
    proposed: Proposal, people: Sequence[Customer], words: GiftTexts, currency: str, now: datetime
) -> Iterator[str]:
    for customer in people:
        if proposed.credit:
            yield words.thanks(Credit(money=Money(amount=proposed.credit, currency=currency)), customer)
        if proposed.days:
            days = Days(days=proposed.days, until=now + timedelta(days=proposed.days))
            yield words.thanks(exact(days, customer), customer)

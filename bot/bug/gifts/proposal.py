"""Proposes a gift for the form, and computes what days mean for one customer and when an upgrade ends. Pure."""

from datetime import datetime, timedelta

from bot.bug.bug import Bug
from bot.bug.customers.customer import Customer, Given
from bot.bug.money import Days, Grant, Money, Upgrade
from bot.text import length, plural

MONTH_DAYS = 30


def lost_days(bug: Bug, now: datetime) -> int:
    """The days that were begun while the account was unusable, 1 to 30; a person who means more types it."""
    return max(1, min(-(-unusable(bug, now) // timedelta(days=1)), MONTH_DAYS))


def reason(bug: Bug, now: datetime) -> str:
    """How long the account was unusable, and what so many days are worth; empty where that is not known."""
    lost, days = unusable(bug, now), lost_days(bug, now)
    if not lost:
        return ""
    worth = max((_worth(c, days) for c in bug.customers), default=0)
    said = f", worth {Money(amount=worth, currency=_currency(bug))}" if worth else ""
    return f"unusable for {length(lost)}: {plural(days, 'day')}{said}"


def _worth(customer: Customer, days: int) -> int:
    return customer.terms.worth(days) or customer.monthly * days // MONTH_DAYS


def _currency(bug: Bug) -> str:
    return next((c.currency for c in bug.customers if c.monthly and c.currency), "EUR")


def unusable(bug: Bug, now: datetime) -> timedelta:
    """From the first error or the first word of a customer until it worked."""
    begins = [at for at in (bug.opened_at, *(c.since for c in bug.customers)) if at]
    return max((bug.fixed_at or now) - min(begins), timedelta()) if begins else timedelta()


def upgrades(bug: Bug) -> tuple[tuple[Customer, Given, datetime], ...]:
    """Upgrades that are booked, with the moment at which each is over."""
    booked = ((c, g) for c in bug.customers for g in c.given_here if g.state == "granted")
    return tuple((c, g, g.grant.until) for c, g in booked if isinstance(g.grant, Upgrade))


def exact(grant: Grant, customer: Customer) -> Grant:
    """What it means for this customer: days follow upon those that are paid, or are credited at their own price."""
    if not isinstance(grant, Days):
        return grant
    terms = customer.terms
    if terms.days == "credit" and terms.worth(grant.days):
        money = Money(amount=terms.worth(grant.days), currency=customer.currency or "EUR")
        return Days(days=grant.days, until=grant.until, money=money)
    if terms.days == "period" and terms.ends:
        now = grant.until - timedelta(days=grant.days)
        until = max(terms.ends, now) + timedelta(days=grant.days)
        return Days(days=grant.days, until=until, money=grant.money)
    return grant

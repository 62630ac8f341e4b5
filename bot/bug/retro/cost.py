"""What makegoods cost in money: credits, and days that were booked as one. One sum for a bug, a month and the accountant. Pure."""

from collections import defaultdict
from collections.abc import Iterable

from bot.bug.money import Credit, Days, Grant, Money


def booked(grant: Grant) -> Money | None:
    """What stands in the books for it; None: a later end of the period, or a plan, which nobody books as money."""
    return grant.money if isinstance(grant, Credit | Days) else None


def cost(given: Iterable[tuple[Grant, int]]) -> tuple[Money, ...]:
    """Each currency by itself, in the order of their codes. A sign of -1: it was taken back."""
    sums: dict[str, int] = defaultdict(int)
    for grant, sign in given:
        if money := booked(grant):
            sums[money.currency] += sign * money.amount
    return tuple(Money(amount=amount, currency=currency) for currency, amount in sorted(sums.items()))

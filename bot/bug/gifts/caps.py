"""The caps of gifts: for one person a day, and for everybody a month. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from pydantic import Field, field_validator

from bot.bug.errors import NotAllowed
from bot.bug.money import Credit, Days, Grant, Money, Upgrade, minor_digits
from bot.bug.values import Frozen
from bot.text import plural

COUNTED = ("days", "upgrades")

Limits = Mapping[str, int]
"""Minor units by currency ("EUR"), "days", and "upgrades" by their number."""


class Caps(Frozen):
    """`[makegood]`: what is not named has no limit."""

    per_day: Limits = Field(default_factory=dict)
    """One person, one day (UTC)."""
    per_month: Limits = Field(default_factory=dict)
    """Everybody together, one calendar month (UTC)."""

    @field_validator("per_day", "per_month")
    @classmethod
    def _known(cls, value: Limits) -> Limits:
        for name, limit in value.items():
            if name not in COUNTED:
                _must_be_a_currency(name)
            if limit < 0:
                raise ValueError(f"{name} can't be below 0")
        return value


def _must_be_a_currency(name: str) -> None:
    """Raises ValueError."""
    try:
        minor_digits(name)
    except ValueError:
        raise ValueError(f'"{name}" is no currency; write as in {{ EUR = 5000, days = 60, upgrades = 5 }}') from None


def default_caps(currency: str, largest_credit: int) -> Caps:
    """Safe caps for a team that set none: four of the largest credits, two months of days and five upgrades a day and person."""
    return Caps(
        per_day={currency: 4 * largest_credit, "days": 60, "upgrades": 5},
        per_month={currency: 40 * largest_credit, "days": 600, "upgrades": 50},
    )


class Claim(Frozen):
    """So much more of one cap. The sum never passes `limit`; None: there is no limit."""

    cap: str
    amount: int
    limit: int | None
    words: str
    """The cap as people read it: "€50 a day and person"."""


class OverCap(NotAllowed):
    """More than this person may give alone; `words` names the cap."""

    def __init__(self, words: str) -> None:
        super().__init__(f"That passes {words}. An approver can let it pass.")
        self.words = words


def claims(
    grants: Iterable[Grant], customers: int, by: str, now: datetime, caps: Caps | None = None
) -> tuple[Claim, ...]:
    """What a tell takes of each cap: counted where there is no limit too, so that one set later knows of it."""
    caps, wanted = caps or Caps(), dict[str, int]()
    for unit, amount in map(_measure, grants):
        wanted[unit] = wanted.get(unit, 0) + amount * customers
    spans = (
        (f"day:{now:%Y-%m-%d}:{by}", caps.per_day, "a day and person"),
        (f"month:{now:%Y-%m}", caps.per_month, "a month"),
    )
    return tuple(
        _claim(name, unit, wanted[unit], limits, words) for name, limits, words in spans for unit in sorted(wanted)
    )


def _claim(name: str, unit: str, amount: int, limits: Limits, words: str) -> Claim:
    limit = limits.get(unit)
    said = "" if limit is None else f"{measured(unit, limit)} {words}"
    return Claim(cap=f"{name}:{unit}", amount=amount, limit=limit, words=said)


def _measure(grant: Grant) -> tuple[str, int]:
    match grant:
        case Credit(money=money):
            return money.currency, money.amount
        case Days(days=days):
            return "days", days
        case Upgrade():  # pragma: no branch - mypy knows that there is no fourth
            return "upgrades", 1


def measured(unit: str, amount: int) -> str:
    """So much of a currency, of days or of upgrades, as people read it: "€50", "1 day"."""
    return plural(amount, unit.removesuffix("s")) if unit in COUNTED else str(Money(amount=amount, currency=unit))

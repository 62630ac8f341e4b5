"""The rules of makegoods: how much one person may give, what a form proposes, and when an upgrade is over. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from pydantic import Field, field_validator

from bot.domain.bug import Bug, Customer, Given, Message
from bot.domain.errors import NotAllowed
from bot.domain.values import Credit, Days, Frozen, Grant, Money, Upgrade
from bot.domain.words import length, plural

MONTH_DAYS = 30
LONG = timedelta(hours=1)
"""From here on an account that was unusable is worth days, not a gesture."""
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
            if name not in COUNTED and not (len(name) == 3 and name.isupper()):  # noqa: PLR2004 - an ISO 4217 code
                raise ValueError(f'"{name}" is no currency; write as in {{ EUR = 5000, days = 60, upgrades = 5 }}')
            if limit < 0:
                raise ValueError(f"{name} can't be below 0")
        return value


class Claim(Frozen):
    """So much more of one cap; `limit` is never passed."""

    cap: str
    amount: int
    limit: int
    words: str
    """The cap as people read it: "€50 a day and person"."""


class OverCap(NotAllowed):
    """More than this person may give alone; `words` names the cap."""

    def __init__(self, words: str) -> None:
        super().__init__(f"That passes {words}. An approver can let it pass.")
        self.words = words


def claims(grants: Iterable[Grant], customers: int, by: str, now: datetime, caps: Caps) -> tuple[Claim, ...]:
    """What a tell takes of each cap; in one order, so that two tells never wait for each other crosswise."""
    wanted: dict[str, int] = {}
    for unit, amount in map(_measure, grants):
        wanted[unit] = wanted.get(unit, 0) + amount * customers
    spans = (
        (f"day:{now:%Y-%m-%d}:{by}", caps.per_day, "a day and person"),
        (f"month:{now:%Y-%m}", caps.per_month, "a month"),
    )
    return tuple(_claims(wanted, spans))


def _claims(wanted: Limits, spans: Iterable[tuple[str, Limits, str]]) -> Iterator[Claim]:
    for name, limits, words in spans:
        for unit in sorted(set(wanted) & set(limits)):
            said = f"{_amount(unit, limits[unit])} {words}"
            yield Claim(cap=f"{name}:{unit}", amount=wanted[unit], limit=limits[unit], words=said)


def _measure(grant: Grant) -> tuple[str, int]:
    match grant:
        case Credit(money=money):
            return money.currency, money.amount
        case Days(days=days):
            return "days", days
        case Upgrade():
            return "upgrades", 1


def _amount(unit: str, amount: int) -> str:
    return plural(amount, unit.removesuffix("s")) if unit in COUNTED else str(Money(amount=amount, currency=unit))


class Proposal(Frozen):
    """What the form is filled with, and why."""

    credit: int
    """Minor units; 0: none."""
    days: int
    why: str = ""


def propose(bug: Bug, now: datetime, credit: int) -> Proposal:
    """From the time in which the account was unusable: days where it was long, worth at least the usual gesture."""
    lost = unusable(bug, now)
    if lost < LONG:
        return Proposal(credit=credit, days=0, why=f"unusable for {length(lost)}" if lost else "")
    days = -(-lost // timedelta(days=1))
    price = max((c.monthly for c in bug.customers), default=0)
    worth = f", worth {Money(amount=price * days // MONTH_DAYS, currency=_currency(bug))}" if price else ""
    return Proposal(credit=0, days=days, why=f"unusable for {length(lost)}: {plural(days, 'day')}{worth}")


def _currency(bug: Bug) -> str:
    return next((c.currency for c in bug.customers if c.monthly and c.currency), "EUR")


def unusable(bug: Bug, now: datetime) -> timedelta:
    """From the first error or the first word of a customer until it worked."""
    begins = [at for at in (bug.opened_at, *(c.since for c in bug.customers)) if at]
    return max((bug.fixed_at or now) - min(begins), timedelta()) if begins else timedelta()


def upgrades(bug: Bug) -> tuple[tuple[Customer, Given, datetime], ...]:
    """Upgrades that are booked, with the moment at which each is over."""
    booked = ((c, g) for c in bug.customers for g in c.given if g.state == "granted")
    return tuple((c, g, g.grant.until) for c, g in booked if isinstance(g.grant, Upgrade))


def with_codes(customer: Customer, message: Message) -> str:
    """What the customer reads: with the promotion code that the makegood is, where it is one."""
    codes = [g.code for g in customer.given if g.tell == message.seq and g.code and g.state == "granted"]
    return "\n\n".join([message.text, *(f"Your code: {code}" for code in codes)])

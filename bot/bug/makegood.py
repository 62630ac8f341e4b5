"""The rules of makegoods: how much one person may give, what a form proposes, and when an upgrade is over. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Self

from pydantic import Field, field_validator, model_validator

from bot.bug.bug import Bug, Customer, Given, Message
from bot.bug.errors import NotAllowed
from bot.bug.mrkdwn import length, plural
from bot.bug.values import Credit, Days, Frozen, Grant, Money, Upgrade

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
    """So much more of one cap; `limit` is never passed, None: there is none."""

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
    said = "" if limit is None else f"{_amount(unit, limit)} {words}"
    return Claim(cap=f"{name}:{unit}", amount=amount, limit=limit, words=said)


def _measure(grant: Grant) -> tuple[str, int]:
    match grant:
        case Credit(money=money):
            return money.currency, money.amount
        case Days(days=days):
            return "days", days
        case Upgrade():  # pragma: no branch - mypy knows that there is no fourth
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
    worth = max((_worth(c, days) for c in bug.customers), default=0)
    said = f", worth {Money(amount=worth, currency=_currency(bug))}" if worth else ""
    return Proposal(credit=0, days=days, why=f"unusable for {length(lost)}: {plural(days, 'day')}{said}")


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
    booked = ((c, g) for c in bug.customers for g in c.given if g.state == "granted")
    return tuple((c, g, g.grant.until) for c, g in booked if isinstance(g.grant, Upgrade))


def exact(grant: Grant, customer: Customer) -> Grant:
    """What it means for this customer: days follow upon those that are paid, or are credited at their own price."""
    if not isinstance(grant, Days):
        return grant
    terms = customer.terms
    if terms.days == "credit" and terms.worth(grant.days):
        money = Money(amount=terms.worth(grant.days), currency=customer.currency or "EUR")
        return grant.model_copy(update={"money": money})
    if terms.days == "period" and terms.ends:
        now = grant.until - timedelta(days=grant.days)
        return grant.model_copy(update={"until": max(terms.ends, now) + timedelta(days=grant.days)})
    return grant


class Words(Frozen):
    """`[tell.words]`: what a customer reads of each makegood, below the tell; an empty one says nothing."""

    credit: str = "We have put {money} on your account: your next invoice is lower by that."
    days: str = "Your subscription runs {days} longer, until {until}."
    credited: str = "We give you {days} free: your next invoice is {money} lower."
    """Days that are given as a credit."""
    trial: str = "You can try everything for {days}, until {until}."
    """Days for somebody who has no subscription."""
    upgrade: str = "You have the plan {plan} until {until}."
    code: str = "With the code {code} you get the plan {plan}; it is good until {until}."
    """An upgrade for somebody who has no subscription."""
    date: str = "%d %B %Y"

    @model_validator(mode="after")
    def _fillable(self) -> Self:
        for name in set(type(self).model_fields) - {"date"}:
            try:
                getattr(self, name).format(**dict.fromkeys(PLACES, ""))
            except (KeyError, IndexError, ValueError):
                places = ", ".join(f"{{{place}}}" for place in PLACES)
                raise ValueError(f"{name} may hold {places}, and no other braces") from None
        return self

    def thanks(self, grant: Grant, customer: Customer) -> str:
        """One sentence; a code is filled in when there is one."""
        match grant:
            case Credit(money=money):
                return self._fill(self.credit, money=money)
            case Days(money=None):
                text = self.trial if customer.terms.days == "trial" else self.days
                return self._fill(text, days=plural(grant.days, "day"), until=grant.until)
            case Days():
                return self._fill(self.credited, days=plural(grant.days, "day"), money=grant.money)
            case Upgrade():  # pragma: no branch - mypy knows that there is no fourth
                text = self.code if customer.terms.days == "trial" else self.upgrade
                return self._fill(text, plan=grant.plan, until=grant.until)

    def _fill(self, text: str, *, until: datetime | None = None, **known: object) -> str:
        day = until.strftime(self.date).removeprefix("0") if until else ""
        return text.format(**{"until": day, "code": "{code}", **dict.fromkeys(("days", "money", "plan"), ""), **known})


PLACES = ("money", "days", "until", "plan", "code")


def letter(customer: Customer, message: Message) -> str:
    """What the customer reads: what a person wrote, then what is booked for them by now, and nothing else."""
    booked = [g for g in customer.given if g.tell == message.seq and g.state == "granted"]
    codes = [f"Your code: {g.code}" for g in booked if g.code and "{code}" not in g.thanks]
    return compose(message.text, [g.thanks.replace("{code}", g.code) for g in booked], codes)


def compose(text: str, thanks: Iterable[str], codes: Iterable[str] = ()) -> str:
    return "\n\n".join(part for part in (text, " ".join(filter(None, thanks)), *codes) if part)

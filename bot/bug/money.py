"""Money and makegoods: amounts in minor units, the kinds of gifts, and what the biller knows of a customer."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, SerializerFunctionWrapHandler, model_serializer
from pydantic.dataclasses import dataclass

from bot.bug.values import CLOSED, AsJson, Frozen
from bot.bug.words import Day, Foreign, Part
from bot.text import plural

_USUAL = {"EUR": 2, "USD": 2, "GBP": 2, "CHF": 2}


def minor_digits(currency: str) -> int:
    """Decimal places of a currency's minor unit (ISO 4217): 2 for most, 0 for yen, 3 for some dinars.

    Raises ValueError for a code that is no currency.
    """
    if currency in _USUAL:
        return _USUAL[currency]
    import iso4217  # noqa: PLC0415 - its list takes a while to read, and most teams need nothing of it

    try:
        return int(iso4217.Currency(currency).exponent or 0)
    except ValueError:
        raise ValueError(f'"{currency}" is no currency of ISO 4217; write one as in "EUR"') from None


class Money(Frozen):
    """Integer minor units and an ISO 4217 currency: Money(amount=500, currency="EUR") is €5."""

    amount: int
    currency: str = Field(pattern=r"^[A-Z]{3}$")

    def __str__(self) -> str:
        sign = {"EUR": "€", "USD": "$", "GBP": "£"}.get(self.currency)
        digits = minor_digits(self.currency)
        text = f"{Decimal(self.amount).scaleb(-digits):.{digits}f}".removesuffix("." + "0" * digits)
        return f"{sign}{text}" if sign else f"{text} {self.currency}"


class _Grant(Frozen):
    """One kind of makegood; `kind` is always written down, also where defaults are left out: it tells them apart."""

    kind: str

    @model_serializer(mode="wrap")
    def _named(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {"kind": self.kind, **handler(self)}


class Credit(_Grant):
    """Money in the customer's favour, used up by the next invoices."""

    kind: Literal["credit"] = "credit"
    money: Money


class Days(_Grant):
    """The paid (or trial) period ends at `until`, an absolute moment; `days` is what people read."""

    kind: Literal["days"] = "days"
    days: int = Field(ge=1, le=730)
    until: AwareDatetime
    money: Money | None = None
    """What is credited for them where the period stays as it is; None: the period moves, or the price is not known."""


class Upgrade(_Grant):
    """The plan is `plan` until `until`, then what it was before."""

    kind: Literal["upgrade"] = "upgrade"
    plan: str
    until: AwareDatetime


Grant = Annotated[Credit | Days | Upgrade, Field(discriminator="kind")]


class Terms(Frozen):
    """How a customer pays, which says how days are given to them and what those are worth."""

    days: Literal["period", "credit", "trial"] = "period"
    """The paid period gets a later end, or their price is credited, or a trial begins for who pays nothing yet."""
    ends: AwareDatetime | None = None
    """Of the period that is paid (or tried) now."""
    price: int = 0
    """Of one period, in minor units; 0 where that is not known."""
    length: int = 30
    """Of that period, in days."""

    def worth(self, days: int) -> int:
        """By the price, to the nearest minor unit, half up."""
        return (2 * self.price * days + self.length) // (2 * self.length)


class Account(Frozen):
    """What the billing system knows of a customer."""

    id: str
    email: str
    plan: str = ""
    monthly: int = 0
    """What the plan costs in a month, in minor units; 0 where that is not known."""
    currency: str = "EUR"
    subscription: str = ""
    """Empty for a prospect without one."""
    terms: Terms = Terms()
    balance: int = 0
    """Minor units; positive is in the customer's favour."""


@dataclass(frozen=True, kw_only=True, slots=True, config=CLOSED)
class Receipt(AsJson):
    """Proof of one applied grant; holds what an undo needs."""

    key: str
    grant: Grant
    account: str
    external_ids: tuple[str, ...]
    before: Mapping[str, str] = Field(default_factory=dict)
    """What was there before: {"price": "price_basic", "item": "si_1"}."""


def amount(grant: Grant) -> tuple[Part, ...]:
    """A makegood in few words, for people."""
    match grant:
        case Credit(money=money):
            return (f"{money} credit",)
        case Days(days=days, money=Money() as money):
            return (f"{plural(days, 'day')} ({money} credit)",)
        case Days(days=days, until=until):
            return (f"{plural(days, 'day')} (until ", Day(until), ")")
        case Upgrade(plan=plan, until=until):  # pragma: no branch - mypy knows that there is no fourth
            return (Foreign(plan, 40), " until ", Day(until))


def amounts(grants: Iterable[Grant]) -> tuple[Part, ...]:
    """Several makegoods, with a plus between them."""
    out: list[Part] = []
    for grant in grants:
        out += [*([" + "] if out else []), *amount(grant)]
    return tuple(out)


def described(grant: Grant) -> str:
    """A makegood in plain words with dates in full (ISO 8601), for the accountant."""
    match grant:
        case Credit(money=money):
            return f"{money} credit"
        case Days(days=days, money=Money() as money):
            return f"{plural(days, 'day')} as {money} credit"
        case Days(days=days, until=until):
            return f"{plural(days, 'day')} until {_iso(until)}"
        case Upgrade(plan=plan, until=until):  # pragma: no branch - mypy knows that there is no fourth
            return f"{plan} until {_iso(until)}"


def _iso(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"

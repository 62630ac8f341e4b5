"""Writes what a customer reads of a makegood, in the team's own words. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from pydantic import model_validator

from bot.bug.customers.customer import Customer, Message
from bot.bug.money import Credit, Days, Grant, Upgrade
from bot.bug.values import Frozen
from bot.text import plural


class GiftTexts(Frozen):
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


def promised(customer: Customer, message: Message) -> str:
    """The same as it will read once all that it promises is booked."""
    thanks = [g.thanks.replace("{code}", "…") for g in customer.given if g.tell == message.seq]
    return compose(message.text, thanks)


def compose(text: str, thanks: Iterable[str], codes: Iterable[str] = ()) -> str:
    return "\n\n".join(part for part in (text, " ".join(filter(None, thanks)), *codes) if part)

"""Presets: what a team usually gives, as the tell's menu offers it, worked out for the people who are told. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Self

from pydantic import Field, model_validator

from bot.bug.bug import Bug
from bot.bug.customers.customer import Customer
from bot.bug.gifts.proposal import lost_days
from bot.bug.money import Credit, Days, Grant, Money, Upgrade
from bot.bug.values import Frozen

NEXT = "next"
NO_GIFT, OTHER = "none", "other"
"""What the menu offers beside the presets."""


class Preset(Frozen):
    """One of `[[tell.presets]]`: a credit, days, an upgrade, in any combination."""

    name: str = Field(min_length=1, max_length=60)
    credit: int = Field(default=0, ge=0)
    """Minor units."""
    lost_time: bool = False
    """The days that were begun while the account was unusable."""
    days: int = Field(default=0, ge=0, le=730)
    """So many days, as far as billing systems allow; beside `lost_time`: as many more."""
    upgrade: str = ""
    """A plan, or "next": the one above theirs."""
    upgrade_days: int = Field(default=30, ge=1, le=366)

    @model_validator(mode="after")
    def _gives_something(self) -> Self:
        if self.name in {NO_GIFT, OTHER}:
            raise ValueError(f'"{self.name}" is in the menu already; write another name')
        if not (self.credit or self.days or self.lost_time or self.upgrade):
            raise ValueError(f'"{self.name}" gives nothing; write credit, lost_time, days or upgrade')
        return self


def usual(credit: Money) -> tuple[Preset, ...]:
    """Those of a team that set none. `credit` is the usual gesture; 0: none."""
    gesture = (Preset(name=f"{credit} credit", credit=credit.amount),) if credit.amount else ()
    back = Preset(name="Lost time back", lost_time=True)
    more = Preset(name="Lost time back and a slight upgrade for a month", lost_time=True, upgrade=NEXT)
    return (*gesture, back, more)


def grants(
    preset: Preset, bug: Bug, people: Iterable[Customer], plans: Sequence[str], currency: str, now: datetime
) -> tuple[Grant, ...] | None:
    """What it means for these people, as absolute targets; None where there is no plan above that of each of them."""
    found: list[Grant] = []
    if preset.credit:
        found.append(Credit(money=Money(amount=preset.credit, currency=currency)))
    days = preset.days + (lost_days(bug, now) if preset.lost_time else 0)
    if days:
        found.append(Days(days=days, until=now + timedelta(days=days)))
    if preset.upgrade:
        better = above(plans, people)
        wanted = [plan for plan in better if preset.upgrade in {NEXT, plan}]
        if not wanted:
            return None
        found.append(Upgrade(plan=wanted[0], until=now + timedelta(days=preset.upgrade_days)))
    return tuple(found)


def above(plans: Sequence[str], people: Iterable[Customer]) -> tuple[str, ...]:
    """The plans that are an upgrade for each of them. `plans` is in order, the cheapest first; a plan that is not in it is below all."""
    ranks = [plans.index(c.plan) for c in people if c.plan in plans]
    return tuple(plans[max(ranks, default=-1) + 1 :])

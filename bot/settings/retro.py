"""`[retro]`: what is posted by itself on Mondays."""

from typing import Literal

from pydantic import Field, field_validator

from bot.bug import ids
from bot.bug.clocks.office import known_zone
from bot.bug.values import Frozen

Often = Literal["weekly", "monthly"]


class Mondays(Frozen):
    channel: str
    hour: int = Field(default=9, ge=0, le=23)
    """From then on, on a Monday."""
    zone: str = ""
    """Of that hour and that Monday; empty: that of `[clocks]`."""

    @field_validator("channel")
    @classmethod
    def _id(cls, value: str) -> str:
        return ids.channel(value)

    @field_validator("zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        return known_zone(value) if value else value


class RetroSettings(Frozen):
    weekly: Mondays | None = None
    """The week that is over, each Monday."""
    monthly: Mondays | None = None
    """The month that is over, on the first Monday of the next."""

    @property
    def channels(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.channel for one in self.wanted.values()))

    @property
    def wanted(self) -> dict[Often, Mondays]:
        every: dict[Often, Mondays | None] = {"weekly": self.weekly, "monthly": self.monthly}
        return {often: mondays for often, mondays in every.items() if mondays}

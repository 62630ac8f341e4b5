"""`[tell]`: what customers read, and what may be given to them."""

from collections.abc import Sequence
from typing import Self

from pydantic import Field, field_validator, model_validator

from bot.bug.errors import Misconfigured
from bot.bug.gifts.presets import NEXT, Preset, usual
from bot.bug.money import Money, minor_digits
from bot.bug.telling.courtesy import Courtesy
from bot.bug.telling.gift_texts import GiftTexts
from bot.bug.values import Frozen


class TellSettings(Frozen):
    answer: str = (
        "Thank you for telling us. We see the problem and are looking into it now; you hear from us within {within}."
    )
    """The first answer: `{within}` is the promised time as "15 minutes", `{by}` as "14:15 (UTC+1)"."""
    answer_hit: str = (
        "You met an error of ours, and we saw it. We are looking into it now; you hear from us within {within}."
    )
    """The same for those who were only hit: they have told us nothing, so nobody thanks them for it."""
    tell: str = "The problem is solved, you can go on. It was our fault, not yours; thank you for your patience."
    """The tell. No internals: they don't need to know."""
    fault: str = "It was not your fault, but ours. "
    """What *Not your fault* begins with; the rest is in your own words."""
    when_works: bool = False
    """Whether the preview of a fix begins with the box ticked that tells who wrote, once it works."""
    letters_wait: int = Field(default=10, ge=0, le=600)
    """Seconds that a letter waits with *Take back* before it goes; 0: it goes at once, as a chat's words do."""
    minutes: int = Field(default=15, ge=1)
    """How far away the promised time of a first answer is."""
    currency: str = Field(default="EUR", pattern=r"^[A-Z]{3}$")
    credit: int = Field(default=500, ge=0)
    """What the form proposes, in minor units: 500 is €5."""
    largest_credit: int = Field(default=5000, ge=0)
    """Above it nobody can give a credit in Slack."""
    words: GiftTexts = GiftTexts()
    """What the customer reads of each makegood."""
    letters: Courtesy = Courtesy()
    """How a letter begins and ends."""
    presets: tuple[Preset, ...] = ()
    """What the form's menu offers; none: the usual ones."""
    preset: str = ""
    """The one that the form begins with; empty: nothing that costs is filled in."""

    @field_validator("currency")
    @classmethod
    def _exists(cls, value: str) -> str:
        minor_digits(value)
        return value

    @field_validator("answer", "answer_hit")
    @classmethod
    def _can_be_filled_in(cls, value: str) -> str:
        try:
            value.format(by="14:15 (UTC+1)", within="15 minutes")
        except (LookupError, ValueError, AttributeError):
            raise ValueError(
                "only {within} and {by} may stand in braces, as in: you hear from us within {within}"
            ) from None
        return value

    @model_validator(mode="after")
    def _presets_can_be_given(self) -> Self:
        names = [one.name for one in self.offered]
        twice = next((name for name in names if names.count(name) > 1), "")
        if twice:
            raise ValueError(f'two presets are called "{twice}"')
        above = next((one.name for one in self.offered if one.credit > self.largest_credit), "")
        if above:
            raise ValueError(f'the preset "{above}" gives more than largest_credit')
        if self.preset and self.preset not in names:
            raise ValueError(f'there is no preset "{self.preset}"; write one of: {", ".join(names)}')
        return self

    @property
    def offered(self) -> tuple[Preset, ...]:
        """The presets of the menu."""
        gesture = Money(amount=min(self.credit, self.largest_credit), currency=self.currency)
        return self.presets or usual(gesture)

    def must_know_plans(self, plans: Sequence[str]) -> None:
        """Raises Misconfigured for a preset that names a plan which the billing system does not have."""
        for one in self.presets:
            if one.upgrade not in {"", NEXT, *plans}:
                said = f'tell.presets: "{one.name}" names the plan "{one.upgrade}", which the billing system does not have.'
                raise Misconfigured(f"{said} Write one of: {', '.join((NEXT, *plans))}.")

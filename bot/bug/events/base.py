"""What every event has, and the marks of its private fields."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, ClassVar

from bot.bug.values import PRIVATE, CustomerHint, Frozen

Text = Annotated[str, PRIVATE]
Texts = Annotated[Mapping[str, str], PRIVATE]
Hint = Annotated[CustomerHint, PRIVATE]


class Event(Frozen):
    """Base of all kinds."""

    KIND: ClassVar[str] = ""
    OUTCOME: ClassVar[bool] = False
    KEEP: ClassVar[timedelta | None] = None
    """How long its private half is kept; None: until somebody is forgotten."""


class Outcome(Event):
    OUTCOME: ClassVar[bool] = True

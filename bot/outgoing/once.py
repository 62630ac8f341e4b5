"""Does something in the world once: after a cut-off it looks for the effect before it does it again."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def once(look: Callable[[], Awaitable[T | None]], do: Callable[[], Awaitable[T]], *, doubt: bool = True) -> T:
    """What `look` finds, or else what `do` makes. Nothing is looked for where there is no doubt that it was never done."""
    found = await look() if doubt else None
    return found or await do()

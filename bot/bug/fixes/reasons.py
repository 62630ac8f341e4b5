"""The reason of a fix, filled in from the error and the customers' words, so that nobody types what is known. Pure."""

from bot.bug.bug import Bug
from bot.bug.fixes.rules import SHORTEST_REASON
from bot.text import cut

LONGEST = 300
QUOTED = 120
"""Characters of each customer's words."""


def filled(bug: Bug) -> str:
    """What the error says, then who wrote what."""
    error = bug.title or bug.message
    wrote = (f"{c.name}: “{cut(_line(c.said), QUOTED)}”" for c in bug.customers if c.said)
    said = cut(" · ".join(part for part in (_line(error), *wrote) if part), LONGEST)
    return said if len(said) >= SHORTEST_REASON else f"the error of {bug.ref}"


def _line(text: str) -> str:
    return " ".join(text.split())

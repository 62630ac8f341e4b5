"""What typed texts of several databases have in common. Pure."""

import json

from bot.bug.errors import Invalid
from bot.production.sql.facts import ColumnFact

_ENOUGH = 60
"""Characters of a text to recognise it by."""


def unfit(fact: ColumnFact, text: str, example: str = "") -> Invalid:
    brief = text[:_ENOUGH] + "…" * (len(text) > _ENOUGH)
    what = f"“{brief}”" if text else "An empty text"
    return Invalid(f"{what} does not fit {fact.name}, which holds {fact.spec or 'anything'}. {example}".strip())


def must_be_json(fact: ColumnFact, text: str) -> None:
    try:
        json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise unfit(fact, text, 'JSON looks like {"a": 1}, with double quotes.') from None


def _no_constant(name: str) -> None:
    raise ValueError(name)

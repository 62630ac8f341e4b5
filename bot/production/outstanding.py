"""What stands out among a look's rows: the row that the error names, what is NULL in it, and what is NULL in one row alone. Pure."""

from collections.abc import Callable, Mapping

from bot.bug.values import Frozen
from bot.production.action import Cell, Table
from bot.text import cut

ENOUGH = 3
"""Rows of which one may be called the exception."""
REASON = 160

Suggest = Callable[[str], Mapping[str, str]]
"""What the error's own data fills in of an action."""


class Noted(Frozen):
    """Of one row."""

    named: bool = False
    """The error names it."""
    missing: tuple[str, ...] = ()
    """Columns that are NULL where that is odd."""


def noted(table: Table, suggest: Suggest) -> tuple[Noted, ...]:
    """For each row."""
    alone = {column for index, column in enumerate(table.columns) if _alone(table, index)}
    return tuple(_of(table, index, alone, suggest) for index in range(len(table.rows)))


def _of(table: Table, index: int, alone: set[str], suggest: Suggest) -> Noted:
    offers = table.offers[index] if index < len(table.offers) else ()
    named = any(_is(offer, suggest(offer.action)) for offer in offers)
    cells = zip(table.columns, table.rows[index], strict=True)
    missing = tuple(column for column, value in cells if value is None and (named or column in alone))
    return Noted(named=named, missing=missing)


def _is(offer: Cell, suggested: Mapping[str, str]) -> bool:
    """The error names every parameter that this row would fill in, with the very values of it."""
    return bool(offer.params) and all(suggested.get(name) == value for name, value in offer.params.items())


def _alone(table: Table, index: int) -> bool:
    empty = sum(row[index] is None for row in table.rows)
    return empty == 1 and len(table.rows) >= ENOUGH


def reason(look: str, offer: Cell, seen: Noted) -> str:
    """What a fix of this row says as its "Why", until somebody says more."""
    what = " ".join(offer.params.values())
    nulls = ", ".join(f"{column} is NULL" for column in seen.missing)
    names = "the error names this row" if seen.named else ""
    said = "; ".join(part for part in (nulls, names) if part)
    return cut(f"{what}: {said}" if said else f"{what}: seen by {look}", REASON)

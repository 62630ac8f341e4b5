"""The tables an action may name: reflected from the target, allowed by its settings."""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from bot.bug.errors import Invalid, NotFound

Typed = Callable[[str, str], sa.ColumnElement[Any]]
"""(column, text) -> the value that the database reads in it."""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """One table that actions may use."""

    table: sa.Table
    key: tuple[str, ...]
    hidden: frozenset[str]
    typed: Typed


class Tables:
    """What `statement` and `query` are given: tables["menus"] is a SQLAlchemy table, reflected from the target's database.

    `in` and iteration give the names that the settings open. Every method raises NotFound for what is not open.
    """

    def __init__(self, target: str, opened: Mapping[str, Opened], named: Callable[[str], str]) -> None:
        self._target = target
        self._opened = opened
        self._named = named

    def __getitem__(self, name: str) -> sa.Table:
        return self._of(name).table

    def __iter__(self) -> Iterator[str]:
        return iter(self._opened)

    def key(self, name: str) -> sa.Column[Any]:
        """The column by which the settings say a row is found; of several the first."""
        return self.column(name, self._of(name).key[0])

    def row(self, name: str, typed: str) -> sa.ColumnElement[bool]:
        """The one row whose key was typed: 13, or 1,5 where the settings name two columns. Raises Invalid."""
        opened = self._of(name)
        texts = key_parts(name, opened.key, typed)
        return sa.and_(
            *(self.column(name, c) == opened.typed(c, text) for c, text in zip(opened.key, texts, strict=True))
        )

    def column(self, table: str, name: str) -> sa.Column[Any]:
        """A column by its name, hidden ones refused."""
        opened = self._of(table)
        if name in opened.table.c and name not in opened.hidden:
            return opened.table.c[name]
        shown = {column.name: column for column in self.shown(table)}
        near = [column for known, column in shown.items() if known.casefold() == name.strip('"').casefold()]
        if len(near) == 1:
            return near[0]
        raise NotFound(f"{table} has no column {name!r} that actions may use. It has: {', '.join(shown)}.")

    def shown(self, name: str) -> list[sa.Column[Any]]:
        """A table's columns without the hidden ones."""
        opened = self._of(name)
        return [column for column in opened.table.columns if column.name not in opened.hidden]

    def value(self, column: sa.Column[Any], text: str) -> sa.ColumnElement[Any]:
        """What a person typed, as the database itself reads it in this column. Raises Invalid."""
        name = str(getattr(column.table, "fullname", ""))
        found = self._opened.get(name)
        if found is None or found.table is not column.table:
            raise NotFound(
                f"The column {column.name!r} is not of {self._target}'s tables. Take it from `tables.column(…)`."
            )
        return found.typed(column.name, text)

    def _of(self, name: str) -> Opened:
        return self._opened[self._named(name)]


def key_parts(table: str, key: tuple[str, ...], typed: str) -> tuple[str, ...]:
    """A typed key, column by column. A value with a comma in it stands in double quotes. Raises Invalid."""
    if len(key) == 1:
        return (typed,)
    for comma in (",", "，"):
        try:
            [found] = csv.reader([typed], delimiter=comma, strict=True)
        except (csv.Error, ValueError):
            continue
        if len(found) == len(key):
            return tuple(found)
    example = ",".join(str(n) for n in range(1, len(key) + 1))
    raise Invalid(
        f"A row of {table} is found by {' and '.join(key)} together. Write all of them with commas between, such as {example}; "
        "a value with a comma in it goes into double quotes."
    )


def key_text(texts: tuple[str, ...]) -> str:
    """The way back."""
    if len(texts) == 1:
        return texts[0]
    return ",".join(f'"{t.replace(chr(34), chr(34) * 2)}"' if set(t) & set(',，"\n\r') else t for t in texts)

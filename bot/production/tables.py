"""The tables an action may name: reflected from the target, allowed by its settings."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bot.bug.errors import Invalid, NotFound
from bot.production.targets import SqlTarget

_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def _truth(text: str) -> bool:
    return _TRUTH[text.lower()]


_READERS: Mapping[type, Any] = {
    bool: _truth,
    int: int,
    float: float,
    Decimal: Decimal,
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    time: time.fromisoformat,
    UUID: UUID,
}


class Tables:
    """What `statement` and `query` are given: tables["menus"] is a SQLAlchemy table, reflected from the target's database.

    `in` and iteration give the names that the settings open. Every method raises NotFound for what is not open.
    """

    def __init__(self, target: SqlTarget, tables: Mapping[str, sa.Table]) -> None:
        self.target = target
        self._tables = dict(tables)

    def __getitem__(self, name: str) -> sa.Table:
        if name in self._tables:
            return self._tables[name]
        allowed = ", ".join(sorted(self._tables))
        raise NotFound(f"The table {name!r} is not open to actions on {self.target.name}. These are: {allowed}.")

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def key(self, name: str) -> sa.Column[Any]:
        """The column by which the settings say a row is found."""
        return self.column(name, self.target.tables[self[name].fullname].split(",")[0].strip())

    def column(self, table: str, name: str) -> sa.Column[Any]:
        """A column by its name, hidden ones refused."""
        shown = {column.name: column for column in self.shown(table)}
        if name in shown:
            return shown[name]
        raise NotFound(f"{table} has no column {name!r} that actions may use. It has: {', '.join(shown)}.")

    def shown(self, name: str) -> list[sa.Column[Any]]:
        """A table's columns without the hidden ones."""
        hidden = self.target.hidden(name)
        return [column for column in self[name].columns if column.name not in hidden]

    def value(self, column: sa.Column[Any], text: str) -> Any:
        """What a person typed, as a value of the column's type."""
        kind = _python_type(column)
        try:
            return _READERS.get(kind, str)(text)
        except (ValueError, KeyError, InvalidOperation) as error:
            raise Invalid(f"{text!r} does not fit {column.name}, which holds {column.type}.") from error


def _python_type(column: sa.Column[Any]) -> type:
    try:
        return column.type.python_type
    except NotImplementedError:  # types without a Python counterpart are handed on as text
        return str

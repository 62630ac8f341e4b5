"""Whether a change could be undone at all: plain SQL makes it on a copy and takes it back, and two dumps say what came of that.

Shares no code with the engine. Rows that went are put in again in whatever order works; one that points at another is put in
empty first, if need be, and filled afterwards.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import psycopg
import pymysql

from tests.support.dump import Dump, Row, values

Cells = Mapping[str, str | None]
ERRORS = (psycopg.Error, pymysql.Error, sqlite3.Error)


@dataclass(frozen=True, kw_only=True)
class Plain:
    """A transaction by a plain driver, as the owner of the database."""

    run: Callable[[str], None]
    """One statement, which leaves nothing behind where it fails."""
    dump: Callable[[], Dump]
    """As the transaction sees it."""
    names: Mapping[str, str]
    """Table, as the dump calls it -> as SQL writes it."""
    writes: Mapping[str, Mapping[str, Callable[[str], str]]]
    """Table -> column -> how its text of the dump is written; without columns that the database computes."""
    mark: str = '"'
    over: str = ""
    """What an INSERT says so that a number is taken as it is."""


@dataclass(frozen=True, kw_only=True)
class _Step:
    table: str
    key: Cells
    old: Cells | None
    new: Cells | None
    """None: the row has to go."""
    hollow: bool = field(default=False)
    """Only what may not be empty is put in."""


class CannotBePutBack(Exception):
    """No order of statements gives the rows back."""


def put_back(plain: Plain, first: Dump, second: Dump, keys: Callable[[str], list[str]]) -> None:
    """Makes `first` out of `second`. Raises CannotBePutBack."""
    steps = _steps(first, second, keys)
    while steps:
        left = [step for step in steps if not _works(plain, step)]
        if len(left) == len(steps):
            left = list(_hollowed(plain, steps))
            if left == steps:
                raise CannotBePutBack(str(steps))
        steps = left


def _steps(first: Dump, second: Dump, keys: Callable[[str], list[str]]) -> list[_Step]:
    gone = {_place(row, keys): values(row) for row in (first - second).elements()}
    come = {_place(row, keys): values(row) for row in (second - first).elements()}
    places = dict.fromkeys((*come, *gone))
    return [_Step(table=p[0], key=dict(p[1]), old=come.get(p), new=gone.get(p)) for p in places]


def _place(row: Row, keys: Callable[[str], list[str]]) -> tuple[str, tuple[tuple[str, str | None], ...]]:
    held = values(row)
    return row[0], tuple((name, held[name]) for name in keys(row[0]))


def _hollowed(plain: Plain, steps: list[_Step]) -> Iterator[_Step]:
    """The first row that can be put in without what may be empty, to be filled later; the others as they are."""
    done = False
    for step in steps:
        if not done and step.new is not None and step.old is None:
            for empty in _emptiable(plain, step):
                hollow = {**step.new, **dict.fromkeys(empty)}
                if _works(plain, _Step(table=step.table, key=step.key, old=None, new=hollow)):
                    yield _Step(table=step.table, key=step.key, old=hollow, new=step.new)
                    done = True
                    break
            if done:
                continue
        yield step


def _emptiable(plain: Plain, step: _Step) -> Iterator[tuple[str, ...]]:
    """Pointers: one, the other, both."""
    new = step.new or {}
    names = [n for n in plain.writes[step.table] if n not in step.key and new[n] is not None]
    for name in names:
        yield (name,)
    yield tuple(n for n in names if n != "v")
    yield tuple(names)


def _works(plain: Plain, step: _Step) -> bool:
    try:
        plain.run(_statement(plain, step))
    except ERRORS:
        return False
    return True


def _statement(plain: Plain, step: _Step) -> str:
    table, written = plain.names[step.table], plain.writes[step.table]

    def name(column: str) -> str:
        return plain.mark + column.replace(plain.mark, plain.mark * 2) + plain.mark

    def cell(column: str, text: str | None) -> str:
        return "NULL" if text is None else written[column](text)

    where = " AND ".join(f"{name(c)} = {cell(c, text)}" for c, text in step.key.items())
    if step.new is None:
        return f"DELETE FROM {table} WHERE {where}"
    if step.old is None:
        cells = ", ".join(cell(c, step.new[c]) for c in written)
        return f"INSERT INTO {table} ({', '.join(map(name, written))}){plain.over} VALUES ({cells})"
    sets = ", ".join(f"{name(c)} = {cell(c, step.new[c])}" for c in written if step.new[c] != step.old[c])
    return f"UPDATE {table} SET {sets} WHERE {where}"


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def backslashed(text: str) -> str:
    """As MariaDB reads it."""
    return quoted(text.replace("\\", "\\\\"))


def of_hexadecimal(text: str) -> str:
    return f"x'{text}'" if len(text) % 2 == 0 else f"0x0{text}"


def as_it_is(text: str) -> str:
    """SQLite's dump writes each value as SQL does."""
    return re.sub(r"^(-?)Inf$", r"\g<1>9e999", text)

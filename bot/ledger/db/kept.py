"""Runs statements that are made once straight on SQLite's driver.

Between a webhook and its card stand a dozen statements, and SQLAlchemy takes ten times as long to send one as SQLite to carry it out.
So it compiles a statement as ever, and what it made of it is kept: the next time the same statement is run, its text goes to the
driver with the parameters in their order. What needs more than that goes its usual way.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import TextClause, UpdateBase
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.sql.selectable import SelectBase
from sqlalchemy.types import TupleType

from bot.ledger.db.sqlite_driver import Connection

LONGEST = 20
"""Values of one IN list; a longer one would be a text of its own for each length."""
Row = Mapping[str, Any]


class KeptResult(IteratorResult[Any]):
    """Rows that were all read, and how many the statement changed."""

    rowcount: int = -1


class _Shape(NamedTuple):
    """What a statement's text depends on: an INSERT or UPDATE is another one for other columns, an IN for another length."""

    many: bool
    names: tuple[str, ...]
    lengths: tuple[int, ...]


class _Value(NamedTuple):
    """One parameter: what it is called, its place in a list, how its type turns it into what the driver takes."""

    name: str
    given: bool
    """Else it stands in the statement itself, as `fixed`."""
    fixed: Any
    nth: int | None
    turn: Callable[[Any], Any] | None

    def of(self, row: Row) -> Any:
        found = row[self.name] if self.given else self.fixed
        found = found if self.nth is None else found[self.nth]
        return self.turn(found) if self.turn else found


def told(error: sqlite3.Error, statement: str, dialect: Any) -> BaseException:
    """As SQLAlchemy tells it: the same class, and nothing of what the statement carried."""
    hidden: Any = {"hide_parameters": True, "dialect": dialect}
    found: BaseException = DBAPIError.instance(statement, None, error, sqlite3.Error, **hidden)
    return found


@dataclass(frozen=True, slots=True)
class Kept:
    """A statement as the driver takes it; `columns` is None where SQLAlchemy knows of none: a text's are SQLite's own."""

    text: str
    values: tuple[_Value, ...]
    columns: SimpleResultMetaData | None

    def run(self, driver: Connection, rows: Sequence[Row], dialect: Any) -> KeptResult:
        try:
            if len(rows) == 1:
                cursor = driver.one(self.text, [value.of(rows[0]) for value in self.values])
            else:
                cursor = driver.many(self.text, [[value.of(row) for value in self.values] for row in rows])
            found = cursor.fetchall()
        except sqlite3.Error as error:
            raise told(error, self.text, dialect) from error
        columns = self.columns or SimpleResultMetaData([name for name, *_ in cursor.description or ()])
        result = KeptResult(columns, iter(found))
        result.rowcount = cursor.rowcount
        return result


@dataclass(frozen=True, slots=True)
class _Statement:
    """`lists`: names of its IN lists."""

    lists: tuple[str, ...]
    kept: dict[_Shape, Kept | None] = field(default_factory=dict)


_STATEMENTS: "WeakKeyDictionary[Any, _Statement | None]" = WeakKeyDictionary()
"""Those that somebody still has; None: met once, and it may never come again."""


def find(statement: Any, rows: Sequence[Row], dialect: Any) -> Kept | None:
    """None where it has to go its usual way: the first time, and where it is not simple."""
    if statement not in _STATEMENTS:
        _STATEMENTS[statement] = None
        return None
    known = _STATEMENTS[statement]
    if known is None:
        known = _STATEMENTS[statement] = _Statement(_lists(statement, rows, dialect))
    shape = _Shape(len(rows) > 1, tuple(rows[0]), tuple(len(rows[0][name]) for name in known.lists))
    if shape not in known.kept:
        known.kept[shape] = _kept(statement, rows, shape, dialect) if max(shape.lengths, default=0) <= LONGEST else None
    return known.kept[shape]


def _lists(statement: Any, rows: Sequence[Row], dialect: Any) -> tuple[str, ...]:
    made = statement.compile(dialect=dialect, column_keys=list(rows[0]))
    return tuple(sorted(bind.key for bind in made.post_compile_params if bind.required))


def _kept(statement: Any, rows: Sequence[Row], shape: _Shape, dialect: Any) -> Kept | None:
    made = statement.compile(dialect=dialect, column_keys=list(shape.names), for_executemany=shape.many)
    if not _simple(statement, made, shape, dialect):
        return None
    whole = made.construct_expanded_state(dict(rows[0]))
    lists = {one: (name, nth) for name, ones in whole.parameter_expansion.items() for nth, one in enumerate(ones)}
    fixed = {made.bind_names[bind]: bind.effective_value for bind in made.bind_names if not bind.required}
    turns = made._bind_processors  # noqa: SLF001 - what its types do to parameters can't be asked otherwise
    values = []
    for place in whole.positiontup:
        name, nth = lists.get(place, (place, None))
        values.append(_Value(name, name in shape.names, fixed.get(name), nth, turns.get(name)))
    names = [column.keyname for column in made._result_columns]  # noqa: SLF001 - as above, of its rows
    return Kept(whole.statement, tuple(values), SimpleResultMetaData(names) if names else None)


def _simple(statement: Any, made: Any, shape: _Shape, dialect: Any) -> bool:
    """Whether text and parameters are all that SQLAlchemy adds. Rows that each give something back it sends in portions."""
    whole = isinstance(statement, SelectBase | UpdateBase | TextClause)
    if not whole or made.positiontup is None or made.literal_execute_params:
        return False
    if any(isinstance(bind.type, TupleType) for bind in made.post_compile_params):
        return False  # a list of rows: each of them is several parameters
    if any(bind.required and name not in shape.names for bind, name in made.bind_names.items()):
        return False  # SQLAlchemy says what is missing
    returned = made._result_columns  # noqa: SLF001 - there is no other way to ask
    converted = any(column.type.dialect_impl(dialect).result_processor(dialect, None) for column in returned)
    defaults = getattr(made, "insert_prefetch", ()) or getattr(made, "update_prefetch", ())
    return not (converted or defaults or (shape.many and returned))


def is_heard(sync: Any) -> bool:
    """Whoever listens to what is sent, as tests do, hears it from SQLAlchemy."""
    return bool(sync._has_events or sync.engine._has_events)  # noqa: SLF001 - there is no other way to ask


class QuickConnection(AsyncConnection):
    """SQLAlchemy's connection, which takes the short way where there is one."""

    __slots__ = ()

    async def execute(self, statement: Any, parameters: Any = None, **how: Any) -> Any:
        rows: Sequence[Row] = parameters if isinstance(parameters, list) else [parameters or {}]
        sync = self.sync_connection
        if rows and not how and sync is not None and not is_heard(sync):
            kept = find(statement, rows, sync.dialect)
            if kept:
                return kept.run(sync.connection.driver_connection, rows, sync.dialect)  # type: ignore[arg-type] # ours
        return await super().execute(statement, parameters, **how)

    async def run_sync(self, fn: Any, *args: Any, **how: Any) -> Any:
        """Whoever works with the inner connection, as alembic does, sees that a transaction is open and not its own."""
        driver: Any = (await self.get_raw_connection()).driver_connection
        if driver.in_transaction and not self.in_transaction():
            await self.begin()
        return await super().run_sync(fn, *args, **how)


class QuickEngine(AsyncEngine):
    """For the driver of ours alone."""

    __slots__ = ()
    _connection_cls = QuickConnection

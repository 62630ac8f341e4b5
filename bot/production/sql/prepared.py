"""An action's statement on the tables as they are: built, guarded and written out once, for its preview and its run."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from bot.bug.errors import Refused
from bot.production.action import SqlAction
from bot.production.sql import guard
from bot.production.sql.compiled import Compiler
from bot.production.sql.read import fetch
from bot.production.sql.schema import Schema, TableInfo

_MOST = 8
"""Previews of one target that wait for their run."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """A statement, and how the database gets it."""

    statement: Any
    compiler: Compiler

    @cached_property
    def _text(self) -> tuple[str, Mapping[str, Any]]:
        return self.compiler.written(self.statement)

    @property
    def sql(self) -> str:
        return self._text[0]

    @property
    def values(self) -> Mapping[str, Any]:
        return self._text[1]


def written(schema: Schema, statement: Any) -> Written:
    if schema.of(statement.table).replacing and not isinstance(statement, sa.Delete):
        statement = statement.prefix_with("OR ABORT")  # instead of the table's own ON CONFLICT REPLACE
    return Written(statement=statement, compiler=schema.compiler)


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """`sets`: column -> expression that it is set to. `check` finds nothing any more once the run has worked."""

    statement: guard.Change
    info: TableInfo
    sets: Mapping[str, sa.ColumnElement[Any]]
    written: Written
    check: sa.Select[Any] | None

    @cached_property
    def rows(self) -> sa.Select[Any]:
        """Reads the rows that it touches whole, with what they would hold afterwards, for an update or delete."""
        info, sets = self.info, self.sets
        after = [info.read_as(name, expression).label(f"after {name}") for name, expression in sets.items()]
        after += [info.uncut(name, value).label(f"uncut {name}") for name, value in sets.items() if info.may_cut(name)]
        criteria = guard.criteria(self.statement)
        return fetch(info, *after, lock=False).where(*criteria)


def prepare(schema: Schema, action: SqlAction) -> Prepared:
    """Raises Refused for what is not plainly one bounded change of an open table."""
    if schema.facts.blind:
        raise Refused(schema.facts.blind)
    statement = action.statement(schema.for_actions())
    info = guard.guard_change(statement, schema, action.max_rows)
    check = action.check(schema.for_actions())
    if check is not None:
        guard.guard_look(check, schema)
    sets = guard.written(statement)
    return Prepared(statement=statement, info=info, sets=sets, written=written(schema, statement), check=check)


@dataclass(frozen=True)
class Waiting:
    """Keeps what was prepared for a preview until its run, of the newest previews; none with a secret in it."""

    _kept: deque[tuple[Schema, SqlAction, Prepared]] = field(default_factory=lambda: deque(maxlen=_MOST))

    def previewed(self, schema: Schema, action: SqlAction) -> Prepared:
        """Made anew each time: an action may look at the clock."""
        prepared = prepare(schema, action)
        if not action.secrets():
            self._kept.append((schema, action, prepared))
        return prepared

    def run(self, schema: Schema, action: SqlAction) -> Prepared:
        """That of the last preview, of the same action with the same parameters on the very same tables; else made anew."""
        for nth, (known, same, prepared) in reversed(tuple(enumerate(self._kept))):
            if known is schema and same == action:
                del self._kept[nth]
                return prepared
        return prepare(schema, action)

"""What a database's own catalogue says of the tables actions may touch: columns, foreign keys, triggers. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any


@dataclass(frozen=True, kw_only=True)
class ColumnFact:
    table: str
    name: str
    spec: str
    """The type as the database writes it: "numeric(10,2)"."""
    generated: bool
    identity: bool
    """GENERATED ALWAYS AS IDENTITY: an insert has to override it."""
    clocked: bool
    """ON UPDATE CURRENT_TIMESTAMP: an update of its row sets it to the database's clock."""


@dataclass(frozen=True, kw_only=True)
class ForeignKey:
    child: str
    columns: tuple[str, ...]
    parent: str
    parent_columns: tuple[str, ...]
    """Empty where the database leaves it to the primary key (SQLite)."""
    on_delete: str
    """CASCADE, SET NULL, SET DEFAULT, RESTRICT or NO ACTION."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    columns: tuple[ColumnFact, ...]
    foreign_keys: tuple[ForeignKey, ...]
    triggers: tuple[tuple[str, str], ...]
    """(table, trigger or rule)."""
    untransactional: tuple[str, ...] = ()
    """Tables that cannot be rolled back."""
    blind: str = ""
    """Why the catalogue does not show everything to this user; empty: it does."""


def facts(
    columns: Iterable[Any],
    keys: Iterable[Any],
    triggers: Iterable[Any],
    untransactional: Iterable[str] = (),
    blind: str = "",
) -> Facts:
    """From rows of (table, name, type, generated, identity, clocked), (child, column, parent, column, key, rule), (table, name)."""
    return Facts(
        columns=tuple(_column(*row) for row in columns),
        foreign_keys=tuple(_foreign_key(list(rows)) for _, rows in groupby(keys, key=lambda row: row[4])),
        triggers=tuple((str(table), str(name)) for table, name in triggers),
        untransactional=tuple(untransactional),
        blind=blind,
    )


def _column(
    table: str, name: str, spec: str, generated: Any, identity: Any = False, clocked: Any = False
) -> ColumnFact:
    return ColumnFact(
        table=table, name=name, spec=spec, generated=bool(generated), identity=bool(identity), clocked=bool(clocked)
    )


def _foreign_key(rows: Sequence[Any]) -> ForeignKey:
    child, _, parent, _, _, rule = rows[0]
    return ForeignKey(
        child=child,
        columns=tuple(row[1] for row in rows),
        parent=parent,
        parent_columns=tuple(row[3] for row in rows if row[3] is not None),
        on_delete=rule,
    )

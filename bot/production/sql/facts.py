"""The facts of a catalogue about tables that actions may touch: columns, keys, foreign keys, triggers. Pure."""

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
    formula: str
    """What it is generated from; empty where nobody can say."""
    identity: bool
    """GENERATED ALWAYS AS IDENTITY: an insert has to override it."""
    clocked: bool
    """ON UPDATE CURRENT_TIMESTAMP: an update of its row sets it to the database's clock."""
    reads: str
    """What a typed text is read as. PostgreSQL: the type without its length, a domain's own type. MySQL: with the character set."""


@dataclass(frozen=True, kw_only=True)
class Relation:
    """Something that a name of the settings could mean."""

    schema: str
    short: str
    name: str
    """As the engine calls it: with its schema only where the connection would not find it without."""
    kind: str
    """"table", or what else it is."""


@dataclass(frozen=True, kw_only=True)
class ForeignKey:
    child: str
    columns: tuple[str, ...]
    parent: str
    parent_columns: tuple[str, ...]
    on_delete: str
    """CASCADE, SET NULL, SET DEFAULT, RESTRICT or NO ACTION."""
    emptied: tuple[str, ...]
    """Columns that ON DELETE SET NULL empties: all of them, unless PostgreSQL was told which."""
    working: bool
    """False: its triggers are switched off, so that the database does not do what it says."""
    trusted: bool
    """The catalogue alone has to be believed: the user may not read the parent, or several rows of it together are the parent."""
    over_time: bool
    """Its last columns are spans of time (PERIOD): whoever overlaps may be pointed at."""


@dataclass(frozen=True, kw_only=True)
class UniqueKey:
    table: str
    columns: tuple[str, ...]
    """No two rows hold the same values there, NULL aside where `empty_once` does not say otherwise."""
    collations: tuple[str, ...] = ()
    """SQLite: how the index compares them; empty where that is as the columns do."""
    empty_once: bool = False
    """PostgreSQL: NULL is a value like others there (NULLS NOT DISTINCT)."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """A rule for the rows of a table, which rows may be outside of."""

    table: str
    clause: str


@dataclass(frozen=True, kw_only=True)
class Apart:
    """No two rows of a table may be alike in this: an exclusion, or a unique index of expressions or of some rows only."""

    table: str
    parts: tuple[tuple[str, str], ...]
    """(expression, operator by which no two rows may compare as true)."""
    predicate: str
    """Which rows it is about; empty: all of them."""
    unique: bool


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """What the database does by itself when rows of a table change: a trigger or a rule."""

    table: str
    name: str
    events: frozenset[str]
    """Of INSERT, UPDATE and DELETE."""
    sets: tuple[str, ...] | None
    """Columns of the changed row that it sets, where its text shows that it does nothing else; None: it may do anything."""
    overwrites: tuple[str, ...] = ()
    """Those of `sets` that it sets each time, whatever was to be written there."""
    stops: str = ""
    """Why no such change gets through, where its text shows that; empty: some may."""
    late: bool = False
    """It comes after the rules of the table were asked, so it puts nothing right before them."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    columns: tuple[ColumnFact, ...]
    relations: tuple[Relation, ...]
    foreign_keys: tuple[ForeignKey, ...]
    triggers: tuple[Trigger, ...]
    """Those of its partitions and of tables that point at it too."""
    uniques: tuple[UniqueKey, ...]
    checks: tuple[Check, ...] = ()
    """Those that rows may be outside of."""
    rules: tuple[Check, ...] = ()
    """Those that a changed row has to meet."""
    aparts: tuple[Apart, ...] = ()
    ruled: tuple[str, ...] = ()
    """Tables in which a row may not be half filled for a moment (CHECK, NULLS NOT DISTINCT)."""
    closed: tuple[tuple[str, str], ...] = ()
    """(table, why nothing may be changed in it)."""
    filtered: tuple[str, ...] = ()
    """Tables of which row-level security shows this user only some rows."""
    parts: tuple[tuple[str, str], ...] = ()
    """(partition or child, the table that people name)."""
    doubtful: tuple[tuple[str, str], ...] = ()
    """(table, why its rows may not come back)."""
    replacing: tuple[str, ...] = ()
    """Tables whose own rule for conflicts may delete another row (SQLite)."""
    deferred: bool = False
    """Some constraint is checked only at COMMIT."""
    untransactional: tuple[str, ...] = ()
    """Tables that cannot be rolled back."""
    blind: str = ""
    """Why the catalogue does not show everything to this user; empty: it does."""

    def triggers_of(self, table: str, events: frozenset[str]) -> tuple[Trigger, ...]:
        """Those that such a change fires."""
        return tuple(trigger for trigger in self.triggers if trigger.table == table and trigger.events & events)


def columns_of(rows: Iterable[Any]) -> tuple[ColumnFact, ...]:
    """From rows of (table, name, type, generated, formula, identity, clocked, reads)."""
    return tuple(_column(*row) for row in rows)


def relations_of(rows: Iterable[Any]) -> tuple[Relation, ...]:
    """From rows of (schema, name, name as the engine calls it, kind)."""
    return tuple(Relation(schema=str(s), short=str(n), name=str(full), kind=str(kind)) for s, n, full, kind in rows)


def foreign_keys_of(rows: Iterable[Any]) -> tuple[ForeignKey, ...]:
    """From rows of (child, column, parent, column, key, rule, is emptied, works, is trusted, is over time)."""
    return tuple(_foreign_key(list(group)) for _, group in groupby(rows, key=lambda row: row[4]))


def _column(
    table: str,
    name: str,
    spec: str,
    generated: Any,
    formula: Any,
    identity: Any = False,
    clocked: Any = False,
    reads: str = "",
) -> ColumnFact:
    return ColumnFact(
        table=table,
        name=name,
        spec=spec,
        generated=bool(generated),
        formula=str(formula or ""),
        identity=bool(identity),
        clocked=bool(clocked),
        reads=reads or spec,
    )


def _foreign_key(rows: Sequence[Any]) -> ForeignKey:
    child, _, parent, _, _, rule, _, working, trusted, over_time = _padded(rows[0])
    return ForeignKey(
        child=child,
        columns=tuple(row[1] for row in rows),
        parent=parent,
        parent_columns=tuple(row[3] for row in rows if row[3] is not None),
        on_delete=rule,
        emptied=tuple(row[1] for row in rows if _padded(row)[6]),
        working=bool(working),
        trusted=bool(trusted or over_time),
        over_time=bool(over_time),
    )


def _padded(row: Any) -> tuple[Any, ...]:
    """SQLite and MySQL say nothing of the last four."""
    return (*row, True, True, False, False)[:10] if len(row) == 6 else tuple(row)  # noqa: PLR2004 - what the queries select

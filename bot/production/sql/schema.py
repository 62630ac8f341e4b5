"""The target's tables as the engine uses them: reflected, with keys, and with values that lose nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import NullType

from bot.bug.errors import Misconfigured, NotFound, Refused
from bot.production.sql import names, values
from bot.production.sql.compiled import Compiler
from bot.production.sql.facts import ColumnFact, Facts, ForeignKey, Relation, UniqueKey
from bot.production.sql.typed import may_be_cut, typed
from bot.production.sql.values import PLAIN, TEXT, Bytes, Raw, Spec, becoming, reading, spec_type
from bot.production.tables import Opened, Tables
from bot.production.targets import SqlTarget

SHOWN = 12
HIDDEN = "hidden"
"""Name of the bound values of hidden columns, so that no text shows them."""


@dataclass(frozen=True, kw_only=True)
class TableInfo:
    """One table: how its rows are found, read and written."""

    name: str
    table: sa.Table
    key: tuple[str, ...]
    columns: Mapping[str, ColumnFact]
    hidden: frozenset[str]
    database: str
    """"postgresql", "sqlite" or "mysql"."""
    volatile: frozenset[str]
    """Columns that the settings say change by themselves, so that they are not compared."""
    collations: Mapping[str, str]
    """SQLite: how each column compares text."""
    closed: str
    """Why nothing may be changed in it; empty: it may."""
    filtered: bool
    """Row-level security shows only some of its rows."""
    replacing: bool
    """Its own rule for conflicts may delete another row."""

    @property
    def as_text(self) -> bool:
        """PostgreSQL: every type has a lossless text form, so values travel as text both ways."""
        return self.database == "postgresql"

    @cached_property
    def whole(self) -> sa.Select[Any]:
        """All columns as raw values, in a stable order."""
        cells = (
            reading(self.table.c[name], fact.spec, self.database).label(name) for name, fact in self.columns.items()
        )
        return sa.select(*cells).order_by(*(self.table.c[name] for name in self.key))

    def at(self, key: Mapping[str, Raw], *, lock: bool) -> tuple[sa.Select[Any], Mapping[str, Raw]]:
        """What reads the row of this key, whole, and the values to hand over. Made once for all keys of a kind."""
        if None in key.values() or any(isinstance(raw, bytes) for raw in key.values()):
            return self._reading(self.matches(key), lock=lock), {}
        place = (*key, lock)
        if place not in self._by_key:
            same = (self.table.c[name] == self._open(f"key_{nth}", name) for nth, name in enumerate(key))
            self._by_key[place] = self._reading(sa.and_(*same), lock=lock)
        return self._by_key[place], {f"key_{nth}": raw for nth, raw in enumerate(key.values())}

    def _reading(self, where: sa.ColumnElement[bool], *, lock: bool) -> sa.Select[Any]:
        query = self.whole.where(where).limit(2)
        return query.with_for_update() if lock else query

    def _open(self, label: str, name: str) -> sa.ColumnElement[Any]:
        """As `write`, the value being handed over later."""
        if self.as_text:
            return sa.cast(sa.bindparam(label, type_=TEXT), spec_type(self.columns[name].spec))
        return sa.bindparam(label, type_=PLAIN)

    @cached_property
    def opened(self) -> Opened:
        """As actions get it."""
        return Opened(table=self.table, key=self.key, hidden=self.hidden, typed=self.typed)

    @cached_property
    def _by_key(self) -> dict[tuple[object, ...], sa.Select[Any]]:
        return {}

    @cached_property
    def contested(self) -> frozenset[str]:
        """Columns of unique indexes and constraints of any kind: of some rows only, or checked late, too."""
        constraints = [c for c in self.table.constraints if isinstance(c, sa.UniqueConstraint)]
        found: list[Any] = [*constraints, *(index for index in self.table.indexes if index.unique)]
        return frozenset(column.name for unique in found for column in unique.columns)

    def read_as(self, name: str, expression: sa.ColumnElement[Any]) -> sa.ColumnElement[Raw]:
        """What the column would hold after being set to the expression."""
        if isinstance(expression.type, NullType):  # a plain value takes the column's type, as it does in the statement
            expression = sa.type_coerce(expression, self.table.c[name].type)
        return becoming(expression, self.columns[name].spec, self.database)

    def may_cut(self, name: str) -> bool:
        """A cast to the column's type could shorten a text that the column does not take."""
        return self.as_text and may_be_cut(self.columns[name])

    def uncut(self, name: str, expression: sa.ColumnElement[Any]) -> sa.ColumnElement[Raw]:
        """The same as text before it is made to fit."""
        return becoming(expression, self.columns[name].reads, self.database)

    def is_text(self, name: str) -> bool:
        """Its values are written as they are: other letters are another value, whatever the database compares."""
        kind = self.columns[name].reads
        if self.database == "postgresql":
            return kind in ("text", "character varying", "bpchar", "citext", "name")
        return (
            kind.startswith(("varchar", "char", "text", "tinytext", "mediumtext", "longtext"))
            if self.database == "mysql"
            else True
        )

    def write(self, name: str, raw: Raw) -> sa.ColumnElement[Any]:
        """The raw value as SQL."""
        if raw is None:
            return sa.null()
        label = HIDDEN if name in self.hidden else name
        if self.as_text:
            return sa.cast(sa.bindparam(label, raw, type_=TEXT, unique=True), spec_type(self.columns[name].spec))
        if self.database == "mysql" and isinstance(raw, bytes):
            return sa.bindparam(label, raw.hex(), type_=Bytes(), unique=True)
        return sa.bindparam(label, raw, type_=PLAIN, unique=True)

    def typed(self, name: str, text: str) -> sa.ColumnElement[Any]:
        """What a person typed, as the database reads it in this column. Raises Invalid."""
        return typed(self.columns[name], text, self.database)

    def shown(self, name: str, raw: Raw) -> str | None:
        """A value of this column as the database prints it."""
        return values.shown(raw, self.columns[name].spec if name in self.columns else "", self.database)

    def becomes(self, name: str, raw: Raw) -> sa.ColumnElement[Any]:
        """The raw value as SQL, of the column's type even where it is NULL."""
        if raw is None and self.as_text:
            return sa.cast(sa.null(), spec_type(self.columns[name].spec))
        return self.write(name, raw)

    def matches(self, values: Mapping[str, Raw]) -> sa.ColumnElement[bool]:
        """WHERE these columns hold these values; NULL is matched by nothing, as foreign keys have it."""
        return sa.and_(*(self.table.c[name] == self.write(name, raw) for name, raw in values.items()))

    def key_of(self, row: Mapping[str, Raw]) -> dict[str, Raw]:
        """Raises Refused where nothing tells the row apart."""
        if empty := [name for name in self.key if row[name] is None]:
            raise Refused(
                f"A row of {self.name} has nothing in {', '.join(empty)}, by which the settings tell its rows apart, so it can't be "
                f"told from others like it. Fill it by hand, or name another key of {self.name} in the settings."
            )
        return {name: row[name] for name in self.key}

    def says_nothing(self, empty: Iterable[str]) -> str:
        """Why such a row is not put in: nobody would find it again."""
        return (
            f"The new row of {self.name} would have nothing in {', '.join(empty)}, by which the settings tell its rows apart. "
            f"Give it a value there, or name another key of {self.name} in the settings."
        )

    def writable(self, row: Mapping[str, Raw]) -> dict[str, sa.ColumnElement[Any]]:
        """A whole row for an INSERT, without what the database computes itself."""
        return {name: self.write(name, raw) for name, raw in row.items() if not self.columns[name].generated}


class Unread(Exception):
    """A table is asked for whose columns were not read yet: it is read, and what asked begins anew."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Reflected(Mapping[str, TableInfo]):
    """All tables that the settings open. Their names are known, and of those that were wanted so far the columns."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = dict.fromkeys(names)
        self._read: dict[str, TableInfo] = {}
        self.near: set[str] = set()
        """Tables that were read with all that hangs on them and all that those point at."""

    def __getitem__(self, name: str) -> TableInfo:
        """Raises KeyError for what is not open, and Unread."""
        if name in self._read:
            return self._read[name]
        if name in self._names:
            raise Unread(name)
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def unread(self, names: Iterable[str]) -> list[str]:
        return [name for name in dict.fromkeys(names) if name in self._names and name not in self._read]

    def keep(self, info: TableInfo) -> None:
        self._read[info.name] = info

    def close(self, name: str) -> None:
        """It can't be used as the settings have it."""
        self._names.pop(name, None)


class Lent(Mapping[str, Opened]):
    """The same as actions get them."""

    def __init__(self, tables: Reflected) -> None:
        self._tables = tables

    def __getitem__(self, name: str) -> Opened:
        return self._tables[name].opened

    def __contains__(self, name: object) -> bool:
        return name in self._tables

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


@dataclass(frozen=True, kw_only=True)
class Schema:
    """All tables of a target at one moment."""

    target: SqlTarget
    dialect: sa.Dialect
    facts: Facts
    tables: Reflected
    refused: dict[str, str]
    """Tables of the settings that can't be opened, as they are written there, and why. The others work."""
    relations: Mapping[str, Relation]
    """What the tables of the settings are, by the name that is written there."""

    @cached_property
    def compiler(self) -> Compiler:
        return Compiler(self.dialect)

    def for_actions(self) -> Tables:
        return Tables(self.target.name, Lent(self.tables), self.named)

    def named(self, written: str) -> str:
        """The engine's name for what a person calls a table. Raises NotFound, or Misconfigured with what is wrong with it."""
        if written in self.tables and names.plain(written):
            return written  # what the settings write, and forms offer
        near = names.alike(written, self.facts.relations)
        if near and near.name in self.tables:
            return near.name
        for setting, why in self.refused.items():
            if setting == written or (near and near == names.meant(setting, self.facts.relations)):
                raise Misconfigured(why)
        said = f"{written} is a {near.kind}, not a table. " if near and near.kind != "table" else ""
        allowed = ", ".join(sorted(self.tables)) or "none"
        raise NotFound(
            f"{said}The table {written!r} is not open to actions on {self.target.name}. These are: {allowed}."
        )

    def lends(self, kind: Any) -> bool:
        """Types that this package itself gives to typed values."""
        lent = type(kind) is Spec and kind is spec_type(kind.spec)
        return (
            kind is PLAIN
            or type(kind) is Bytes
            or (lent and any(kind.spec in (c.reads, c.spec) for c in self.facts.columns))
        )

    def of(self, table: sa.Table) -> TableInfo:
        return self.tables[table.fullname]

    def references(self, parent: str) -> tuple[ForeignKey, ...]:
        """Foreign keys that point at this table."""
        return self._spelt(self._keys[0].get(_folded(parent, self.dialect), ()))

    def pointers(self, child: str) -> tuple[ForeignKey, ...]:
        """Foreign keys by which this table points at others."""
        return self._spelt(self._keys[1].get(_folded(child, self.dialect), ()))

    @cached_property
    def _keys(self) -> tuple[Mapping[str, Sequence[ForeignKey]], Mapping[str, Sequence[ForeignKey]]]:
        """By the table that they point at, and by their own."""
        by_parent: dict[str, list[ForeignKey]] = {}
        by_child: dict[str, list[ForeignKey]] = {}
        for key in self.facts.foreign_keys:
            by_parent.setdefault(_folded(key.parent, self.dialect), []).append(key)
            by_child.setdefault(_folded(key.child, self.dialect), []).append(key)
        return by_parent, by_child

    def _spelt(self, keys: Sequence[ForeignKey]) -> tuple[ForeignKey, ...]:
        """With the names as the tables have them: on SQLite a foreign key may be written otherwise."""
        return tuple(map(self._as_tables_have_it, keys) if self.dialect.name == "sqlite" else keys)

    def _as_tables_have_it(self, key: ForeignKey) -> ForeignKey:
        parent = self._known(key.parent)
        columns = key.parent_columns
        if parent in self.tables:
            table = self.tables[parent].table
            known = {_folded(name, self.dialect): name for name in table.c.keys()}  # noqa: SIM118 - its values are columns
            columns = tuple(known.get(_folded(c, self.dialect), c) for c in columns)
        return replace(key, child=self._known(key.child), parent=parent, parent_columns=columns)

    def _known(self, name: str) -> str:
        return next((t for t in self.tables if _folded(t, self.dialect) == _folded(name, self.dialect)), name)


def _folded(name: str, dialect: sa.Dialect) -> str:
    return name.lower() if dialect.name == "sqlite" else name


def tells_apart_as_columns(unique: UniqueKey, compared: Mapping[str, str]) -> bool:
    """What the columns take for the same, the index takes for the same too."""
    ways = zip(unique.columns, unique.collations, strict=True) if unique.collations else ()
    return all(compared.get(column, "BINARY") in ("BINARY", way) for column, way in ways)

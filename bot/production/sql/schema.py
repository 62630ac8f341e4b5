"""The target's tables as the engine uses them: reflected, with keys, and with values that lose nothing."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.exc import NoSuchTableError, SAWarning
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import NullType

from bot.bug.errors import Misconfigured, NotFound, Refused
from bot.production.sql import names, values
from bot.production.sql.catalogue_sqlite import collations
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

    def writable(self, row: Mapping[str, Raw]) -> dict[str, sa.ColumnElement[Any]]:
        """A whole row for an INSERT, without what the database computes itself."""
        return {name: self.write(name, raw) for name, raw in row.items() if not self.columns[name].generated}


@dataclass(frozen=True, kw_only=True)
class Schema:
    """All tables of a target at one moment."""

    target: SqlTarget
    dialect: sa.Dialect
    facts: Facts
    tables: Mapping[str, TableInfo]
    refused: Mapping[str, str]
    """Tables of the settings that can't be opened, as they are written there, and why. The others work."""

    def for_actions(self) -> Tables:
        return Tables(self.target.name, {name: _opened(info) for name, info in self.tables.items()}, self.named)

    def named(self, written: str) -> str:
        """The engine's name for what a person calls a table. Raises NotFound, or Misconfigured with what is wrong with it."""
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
        name = _folded(parent, self.dialect)
        return tuple(self._spelt(k) for k in self.facts.foreign_keys if _folded(k.parent, self.dialect) == name)

    def pointers(self, child: str) -> tuple[ForeignKey, ...]:
        """Foreign keys by which this table points at others."""
        name = _folded(child, self.dialect)
        return tuple(self._spelt(k) for k in self.facts.foreign_keys if _folded(k.child, self.dialect) == name)

    def _spelt(self, key: ForeignKey) -> ForeignKey:
        """With the names as the tables have them: a foreign key may be written otherwise."""
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


async def read_schema(conn: AsyncConnection, target: SqlTarget, facts: Facts, last: Schema | None) -> Schema:
    """The schema now; reflected again only if the database's catalogue says something new."""
    if last is not None and last.facts == facts:
        return last
    tables, refused = await conn.run_sync(_opening, target, facts)
    return Schema(target=target, dialect=conn.dialect, facts=facts, tables=tables, refused=refused)


def _opening(conn: sa.Connection, target: SqlTarget, facts: Facts) -> tuple[dict[str, TableInfo], dict[str, str]]:
    tables: dict[str, TableInfo] = {}
    refused: dict[str, str] = {}
    for written, key in target.tables.items():
        try:
            relation = _relation(target, facts, written)
            tables[relation.name] = _table(conn, target, facts, relation, key)
        except Misconfigured as error:
            refused[written] = str(error)
    return tables, refused


def _opened(info: TableInfo) -> Opened:
    return Opened(table=info.table, key=info.key, hidden=info.hidden, typed=info.typed)


def _setting(target: SqlTarget) -> str:
    return f"[targets.{target.name}] tables"


def _tables_there(facts: Facts) -> str:
    """What could be meant, as one writes it."""
    known = sorted(x.name for x in facts.relations if x.kind == "table")
    shown = ", ".join(known[:SHOWN]) + (" …" if len(known) > SHOWN else "")
    return f"There are: {shown}. " if known else ""


def _relation(target: SqlTarget, facts: Facts, written: str) -> Relation:
    """The table that the settings mean. Raises Misconfigured, saying what is there instead."""
    found = names.meant(written, facts.relations)
    if found is None:
        near = names.alike(written, facts.relations)
        if near or any(c.table == written for c in facts.columns):
            spelt = f" ({near.name})" if near else ""
            raise Misconfigured(
                f"{_setting(target)}: write {written!r} exactly as the database does, capital letters too{spelt}."
            )
        raise Misconfigured(
            f"{_setting(target)}: the database has no table {written!r}. {_tables_there(facts)}Correct the name or leave it out."
        )
    if found.kind != "table":
        raise Misconfigured(
            f"{_setting(target)}: {written} is a {found.kind}, and rows are only changed in the tables that hold them. "
            "Name the table that its rows come from, or leave it out."
        )
    return found


def _table(conn: sa.Connection, target: SqlTarget, facts: Facts, relation: Relation, key: tuple[str, ...]) -> TableInfo:
    setting, name = _setting(target), relation.name
    try:
        with warnings.catch_warnings(action="ignore", category=SAWarning):  # unknown types travel as text
            schema = None if relation.name == relation.short else relation.schema
            table = sa.Table(relation.short, sa.MetaData(), schema=schema, autoload_with=conn, resolve_fks=False)
    except NoSuchTableError as error:
        raise Misconfigured(
            f"{setting}: the database has no table {name!r}. {_tables_there(facts)}Correct the name or leave it out."
        ) from error
    columns = {c.name: c for c in facts.columns if c.table == name}
    for column in table.columns:
        _lend_operators(column, columns[column.name])
    compared = collations(conn, name, columns) if conn.dialect.name == "sqlite" else {}
    if not set(key) <= set(columns) or not any(_names_one(u, key, compared) for u in facts.uniques if u.table == name):
        raise Misconfigured(
            f"{setting}: {', '.join(key)!r} does not tell the rows of {name} apart. Name its key: the columns of a primary key, "
            "or of a unique index over whole columns and all rows."
        )
    if name in facts.untransactional:
        raise Misconfigured(f"{setting}: {name} cannot be rolled back (not InnoDB). Leave it out.")
    return TableInfo(
        name=name,
        table=table,
        key=key,
        columns=columns,
        hidden=_hidden(target, facts, relation),
        volatile=_volatile(target, name, columns),
        database="mysql" if conn.dialect.name == "mariadb" else conn.dialect.name,
        collations=compared,
        closed=next((why for on, why in facts.closed if on == name), ""),
        filtered=name in facts.filtered,
        replacing=name in facts.replacing,
    )


def _lend_operators(column: sa.Column[Any], fact: ColumnFact) -> None:
    """SQLAlchemy does not know how to compare these: a domain compares as the type below it, bits as a number."""
    if isinstance(column.type, postgresql.DOMAIN):
        column.type = column.type.data_type
    elif isinstance(column.type, mysql.BIT):
        column.type = spec_type(fact.spec)


def _hidden(target: SqlTarget, facts: Facts, relation: Relation) -> frozenset[str]:
    """By any name that the settings may give the table, so that no other spelling of it shows more."""
    named = map(names.column, target.hide)
    return frozenset(column for written, column in named if names.alike(written, facts.relations) == relation)


def _volatile(target: SqlTarget, name: str, columns: Mapping[str, ColumnFact]) -> frozenset[str]:
    wanted = target.changing(name)
    own = [v for v in target.volatile if v.rpartition(".")[0] == name]
    if unknown := next((v for v in own if v.rpartition(".")[2] not in columns), ""):
        raise Misconfigured(f"[targets.{target.name}] volatile: {name} has no column {unknown.rpartition('.')[2]!r}.")
    return frozenset(wanted & set(columns))


def _names_one(unique: UniqueKey, key: tuple[str, ...], compared: Mapping[str, str]) -> bool:
    """An index that tells apart what its columns take for the same does not make them a key."""
    if not set(unique.columns) <= set(key):
        return False
    return tells_apart_as_columns(unique, compared)


def tells_apart_as_columns(unique: UniqueKey, compared: Mapping[str, str]) -> bool:
    """What the columns take for the same, the index takes for the same too."""
    ways = zip(unique.columns, unique.collations, strict=True) if unique.collations else ()
    return all(compared.get(column, "BINARY") in ("BINARY", way) for column, way in ways)

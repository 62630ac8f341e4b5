"""Reads the columns of tables, only of those that are wanted and of what hangs on them: a database may have hundreds."""

import warnings
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.exc import NoSuchTableError, SAWarning
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import MetaData, Table

from bot.bug.errors import Misconfigured
from bot.production.sql import names
from bot.production.sql.catalogue_sqlite import collations
from bot.production.sql.facts import ColumnFact, Facts, Relation, UniqueKey
from bot.production.sql.schema import SHOWN, Reflected, Schema, TableInfo, tells_apart_as_columns
from bot.production.sql.values import spec_type
from bot.production.targets import SqlTarget

_FEW = 3
"""More are read together: three queries for all instead of some for each."""


async def read_schema(
    conn: AsyncConnection,
    target: SqlTarget,
    facts: Facts,
    last: Schema | None = None,
    used: Collection[str] | None = None,
) -> Schema:
    """The schema now, begun anew only if the database's catalogue says something new. `used` are the tables to read; None: all."""
    schema = last if last is not None and last.facts == facts else _unread(conn.dialect, target, facts)
    if used is not None and schema.tables.near.issuperset(used):
        return schema
    wanted = schema.tables.unread(schema.tables if used is None else _near(facts, used))
    if wanted:
        await conn.run_sync(_read, schema, wanted)
    schema.tables.near.update(used or ())
    return schema


def _unread(dialect: sa.Dialect, target: SqlTarget, facts: Facts) -> Schema:
    relations: dict[str, Relation] = {}
    refused: dict[str, str] = {}
    for written in target.tables:
        try:
            relations[written] = _relation(target, facts, written)
        except Misconfigured as error:
            refused[written] = str(error)
    tables = Reflected(relation.name for relation in relations.values())
    return Schema(target=target, dialect=dialect, facts=facts, tables=tables, refused=refused, relations=relations)


def _near(facts: Facts, used: Iterable[str]) -> list[str]:
    """These, all that hangs on them, and what any of those points at."""
    children, parents = defaultdict(list), defaultdict(list)
    for key in facts.foreign_keys:
        children[key.parent.casefold()].append(key.child)
        parents[key.child.casefold()].append(key.parent)
    found = dict.fromkeys(used)
    waiting = list(found)
    while waiting:
        new = [child for child in children[waiting.pop().casefold()] if child not in found]
        found.update(dict.fromkeys(new))
        waiting += new
    return [*found, *(parent for child in tuple(found) for parent in parents[child.casefold()])]


def _read(conn: sa.Connection, schema: Schema, wanted: Sequence[str]) -> None:
    by_name = {relation.name: (written, relation) for written, relation in schema.relations.items()}
    relations = [by_name[name][1] for name in wanted]
    with warnings.catch_warnings(action="ignore", category=SAWarning):  # unknown types travel as text
        together = _together(conn, relations) if len(relations) > _FEW else {}
        for relation in relations:
            written = by_name[relation.name][0]
            try:
                table = together.get(relation.name)
                table = _alone(conn, schema, relation) if table is None else table
                key = schema.target.tables[written]
                schema.tables.keep(_info(conn, schema.target, schema.facts, table, relation, key))
            except Misconfigured as error:
                schema.refused[written] = str(error)
                schema.tables.close(relation.name)


def _together(conn: sa.Connection, relations: Sequence[Relation]) -> Mapping[str, Table]:
    """Those that are found so. What only the search path finds is read alone."""
    found: dict[str, Table] = {}
    for schema in {_schema_of(relation) for relation in relations}:
        shorts = {relation.short for relation in relations if _schema_of(relation) == schema}
        metadata = MetaData()
        metadata.reflect(conn, schema=schema, only=lambda name, _, few=shorts: name in few, resolve_fks=False)
        found |= {str(table.fullname): table for table in metadata.tables.values()}
    return found


def _alone(conn: sa.Connection, schema: Schema, relation: Relation) -> Table:
    try:
        return Table(relation.short, MetaData(), schema=_schema_of(relation), autoload_with=conn, resolve_fks=False)
    except NoSuchTableError as error:
        raise Misconfigured(
            f"{_setting(schema.target)}: the database has no table {relation.name!r}. "
            f"{_tables_there(schema.facts)}Correct the name or leave it out."
        ) from error


def _schema_of(relation: Relation) -> str | None:
    return None if relation.name == relation.short else relation.schema


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


def _info(
    conn: sa.Connection, target: SqlTarget, facts: Facts, table: sa.Table, relation: Relation, key: tuple[str, ...]
) -> TableInfo:
    setting, name = _setting(target), relation.name
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

"""Finds tables and columns that actions name and a database does not have, in a read-only transaction."""

from collections.abc import Iterable, Mapping

from bot.production.catalogue.check import Problem, fitting
from bot.production.catalogue.entry import CatalogueEntry
from bot.production.catalogue.source import parsed
from bot.production.catalogue.statements import Named, Statement
from bot.production.sql.names import alike
from bot.production.sql.reflection import read_schema
from bot.production.sql.schema import Schema
from bot.production.sql.session import TargetDatabase
from bot.production.targets import SqlTarget, Target


def opened(entry: CatalogueEntry, targets: Mapping[str, Target]) -> bool:
    """Whether some target opens every table that the file names; one that names none, or is no database's, needs none."""
    wanted = {one.table for one in _named(entry)}
    return not wanted or any(wanted <= set(getattr(target, "tables", {})) for target in fitting(entry, targets))


async def missing(entries: Iterable[CatalogueEntry], targets: Mapping[str, Target]) -> list[Problem]:
    """Complaints about what is written out in the files. Raises Unavailable for a database that can't be asked."""
    entries, found = list(entries), list[Problem]()
    for target in (t for t in targets.values() if isinstance(t, SqlTarget)):
        concerned = [e for e in entries if e.runs_on == "sql" and target in fitting(e, targets)]
        if concerned:
            schema = await _schema(target)
            found += [
                Problem(path=entry.path, said=said) for entry in concerned for said in _missing(_named(entry), schema)
            ]
    return found


def _named(entry: CatalogueEntry) -> tuple[Named, ...]:
    return Statement(parsed(entry.source)).named() if entry.runs_on == "sql" else ()


async def _schema(target: SqlTarget) -> Schema:
    database = TargetDatabase(target)
    try:
        async with database.reading("makegood actions check") as session:
            return await read_schema(session.conn, target, session.facts)
    finally:
        await database.close()


def _missing(named: Iterable[Named], schema: Schema) -> Iterable[str]:
    """A table that is not open is told by the settings; the schema has every table that is."""
    for one in named:
        if why := schema.refused.get(one.table):
            yield f"Line {one.line} names {one.table}. {why}"
            continue
        relation = alike(one.table, schema.facts.relations)
        info = schema.tables.get(relation.name) if relation else None
        if info and one.column and one.column not in info.columns:
            yield (
                f"Line {one.line} names {one.table}.{one.column}, which the database of {schema.target.name} does not have. "
                f"{one.table} has: {', '.join(name for name in info.columns if name not in info.hidden)}."
            )

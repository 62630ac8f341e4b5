"""Reads one row's key of each table, so that an action can be tried on a row that is really there."""

from collections.abc import Mapping

import sqlalchemy as sa

from bot.production.sql.image import shown
from bot.production.sql.reflection import read_schema
from bot.production.sql.session import TargetDatabase
from bot.production.tables import key_text
from bot.production.targets import SqlTarget


async def first_keys(target: SqlTarget) -> Mapping[str, str]:
    """Table, as the settings write it -> the key of some row, as people type it. Empty tables are left out. Raises Unavailable."""
    database = TargetDatabase(target)
    try:
        async with database.reading("makegood try") as session:
            schema = await read_schema(session.conn, target, session.facts)
            tables, found = schema.for_actions(), dict[str, str]()
            for name in [name for name in target.tables if name not in schema.refused]:
                columns = [tables.column(name, column) for column in target.tables[name]]
                row = (await session.conn.execute(sa.select(*columns).order_by(*columns).limit(1))).first()
                if row is not None:
                    found[name] = key_text(tuple(str(shown(value)) for value in row))
            return found
    finally:
        await database.close()

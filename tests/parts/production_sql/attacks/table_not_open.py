"""A table that the settings do not open, described by hand."""

from sqlalchemy import Column, Delete, Integer, MetaData, Table, delete

from bot.api import Risk, SqlAction, Tables

REFUSED = "'visits' is not open to actions"


class Attempt(SqlAction):
    """Delete a visit."""

    risk = Risk.LOW

    def statement(self, tables: Tables) -> Delete:
        visits = Table("visits", MetaData(), Column("id", Integer, primary_key=True))
        return delete(visits).where(visits.c.id == 1)

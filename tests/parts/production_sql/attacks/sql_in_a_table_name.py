"""SQL in the name of a table."""

from sqlalchemy import Delete, delete

from bot.api import Risk, SqlAction, TableName, Tables

REFUSED = "is not open to actions"
VALUES = {"table": "menus; DROP TABLE menus; --"}


class Attempt(SqlAction):
    """Delete from any table."""

    risk = Risk.LOW

    table: TableName

    def statement(self, tables: Tables) -> Delete:
        return delete(tables[self.table]).where(tables.key(self.table) == 13)

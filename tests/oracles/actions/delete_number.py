"""An action of the oracle's own."""

from sqlalchemy import Delete, delete

from bot.api import Risk, SqlAction, TableName, Tables


class DeleteNumber(SqlAction):
    """Delete one row by a key that its author takes for a number."""

    risk = Risk.LOW

    table: TableName
    id: int

    def statement(self, tables: Tables) -> Delete:
        return delete(tables[self.table]).where(tables.key(self.table) == self.id)

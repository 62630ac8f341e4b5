"""An action of the oracle's own."""

from sqlalchemy import Delete, delete

from bot.api import Risk, SqlAction, TableName, Tables


class ClearRows(SqlAction):
    """Delete up to 20 rows that hold a value."""

    risk = Risk.LOW
    max_rows = 20
    verbatim = frozenset({"value"})

    table: TableName
    column: str
    value: str

    def statement(self, tables: Tables) -> Delete:
        column = tables.column(self.table, self.column)
        return delete(tables[self.table]).where(column == tables.value(column, self.value))

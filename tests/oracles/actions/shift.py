"""An action of the oracle's own."""

from sqlalchemy import Update, update

from bot.api import Risk, SqlAction, TableName, Tables


class Shift(SqlAction):
    """Add a number to a column of all rows from a number on."""

    risk = Risk.LOW
    max_rows = 20

    table: TableName
    column: str
    by: int
    first: int

    def statement(self, tables: Tables) -> Update:
        column = tables.column(self.table, self.column)
        return update(tables[self.table]).where(column >= self.first).values({column: column + self.by})

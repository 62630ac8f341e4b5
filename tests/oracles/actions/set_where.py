"""An action of the oracle's own."""

from sqlalchemy import Update, null, update

from bot.api import Risk, SqlAction, TableName, Tables


class SetWhere(SqlAction):
    """Set one column of up to 20 rows that hold a value."""

    risk = Risk.LOW
    max_rows = 20

    table: TableName
    where: str
    holds: str
    column: str
    value: str | None = None

    def statement(self, tables: Tables) -> Update:
        where, column = tables.column(self.table, self.where), tables.column(self.table, self.column)
        new = null() if self.value is None else tables.value(column, self.value)
        return update(tables[self.table]).where(where == tables.value(where, self.holds)).values({column: new})

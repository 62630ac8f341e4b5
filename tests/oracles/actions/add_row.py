"""An action of the oracle's own."""

from sqlalchemy import Insert, insert

from bot.api import Risk, SqlAction, TableName, Tables


class AddRow(SqlAction):
    """Insert a row whose first two columns are given."""

    risk = Risk.LOW

    table: TableName
    first: str
    second: str | None = None

    def statement(self, tables: Tables) -> Insert:
        columns = tables.shown(self.table)
        given = [text for text in (self.first, self.second) if text is not None]
        return insert(tables[self.table]).values(
            {column: tables.value(column, text) for column, text in zip(columns, given, strict=False)}
        )

"""One wrong value."""

from pydantic import Field
from sqlalchemy import Update, null, update

from bot.api import Risk, SqlAction, TableName, Tables


class SetColumn(SqlAction):
    """Set one column of one row, found by its key. An empty value sets it to NULL."""

    risk = Risk.MEDIUM
    volatile = frozenset({"updated_at"})

    table: TableName
    id: str = Field(title="Key", description="The row's key, such as 13", max_length=200)
    column: str = Field(max_length=128)
    value: str | None = Field(default=None, description="Left empty: NULL", max_length=2000)

    def lock_key(self) -> str:
        return f"{self.table}/{self.id}"

    def statement(self, tables: Tables) -> Update:
        key, column = tables.key(self.table), tables.column(self.table, self.column)
        new = null() if self.value is None else tables.value(column, self.value)
        return update(tables[self.table]).where(key == tables.value(key, self.id)).values({column: new})

"""One wrong value."""

from typing import ClassVar
from urllib.parse import quote

from pydantic import Field
from sqlalchemy import Update, null, update

from bot.api import Risk, SqlAction, TableName, Tables


class SetColumn(SqlAction):
    """Set one column of one row, found by its key.

    The value is what the database reads in it. None sets the column to NULL; value='' writes an empty text.
    """

    risk = Risk.MEDIUM
    volatile = frozenset({"updated_at"})
    verbatim = frozenset({"value"})
    key_of: ClassVar = {"id": "table"}

    table: TableName
    id: str = Field(title="Key", description="The row's key, such as 13; of two columns 1,5", max_length=200)
    column: str = Field(max_length=128)
    value: str | None = Field(default=None, description="Left out: NULL", max_length=2000)

    def lock_key(self) -> str:
        return f"{quote(self.table, safe='.')}/{self.id}"

    def statement(self, tables: Tables) -> Update:
        column = tables.column(self.table, self.column)
        new = null() if self.value is None else tables.value(column, self.value)
        return update(tables[self.table]).where(tables.row(self.table, self.id)).values({column: new})

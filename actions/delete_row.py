"""The one bad row."""

from typing import ClassVar
from urllib.parse import quote

from pydantic import Field
from sqlalchemy import Delete, delete

from bot.api import Risk, SqlAction, TableName, Tables


class DeleteRow(SqlAction):
    """Delete one row of a table by its key.

    Rows that hang on it go with it; the preview shows them all, and an undo brings them all back.
    """

    risk = Risk.LOW
    key_of: ClassVar = {"id": "table"}
    from_facts: ClassVar = {
        "table": ("metaData.crud.table", "metaData.row.table"),
        "id": ("metaData.crud.id", "metaData.row.id"),
    }

    table: TableName
    id: str = Field(title="Key", description="The row's key, such as 13; of two columns 1,5", max_length=200)

    def lock_key(self) -> str:
        return f"{quote(self.table, safe='.')}/{self.id}"

    def statement(self, tables: Tables) -> Delete:
        return delete(tables[self.table]).where(tables.row(self.table, self.id))

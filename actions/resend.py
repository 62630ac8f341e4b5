"""A stuck e-mail or job goes again."""

from typing import Any, ClassVar, Literal
from urllib.parse import quote

from pydantic import Field
from sqlalchemy import Select, Update, select, update

from bot.api import Risk, SqlAction, Tables


class Resend(SqlAction):
    """Set one stuck job back to "pending", so that the application picks it up again.

    Touches the row only while it is stuck: a job that went out meanwhile is not sent twice. An undo cannot call back what went out.
    """

    risk = Risk.MEDIUM
    volatile = frozenset({"updated_at"})
    key_of: ClassVar = {"id": "table"}

    table: Literal["jobs", "emails"]
    id: str = Field(title="Key", description="The row's key, such as 13; of two columns 1,5", max_length=200)

    def lock_key(self) -> str:
        return f"{quote(self.table, safe='.')}/{self.id}"

    def statement(self, tables: Tables) -> Update:
        table, status = tables[self.table], tables.column(self.table, "status")
        stuck = status.in_(["failed", "stuck"])
        return update(table).where(tables.row(self.table, self.id), stuck).values({status: "pending"})

    def check(self, tables: Tables) -> Select[Any]:
        key, status = tables.key(self.table), tables.column(self.table, "status")
        return select(key).where(tables.row(self.table, self.id), status.in_(["failed", "stuck"]))

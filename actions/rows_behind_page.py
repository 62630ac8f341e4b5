"""What the page that failed is made of. Adapt table and columns to your own page."""

from typing import Any, ClassVar

from pydantic import Field
from sqlalchemy import Select, select

from bot.api import FixThis, Look, Tables


class RowsBehindPage(Look):
    """The menus of one account, newest first: the rows behind its menu page."""

    from_facts: ClassVar = {"account": ("metaData.account.id", "user.id")}
    fixes = (FixThis(action="delete-row", fills={"id": "id"}, sets={"table": "menus"}),)

    account: str = Field(description="The account's key", max_length=200)

    def query(self, tables: Tables) -> Select[Any]:
        owner, key = tables.column("menus", "account_id"), tables.key("menus")
        return select(*tables.shown("menus")).where(owner == tables.value(owner, self.account)).order_by(key.desc())

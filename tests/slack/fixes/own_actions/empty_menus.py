"""Many rows at once."""

from typing import ClassVar

from sqlalchemy import Update, update

from bot.api import Risk, SqlAction, Tables


class EmptyMenus(SqlAction):
    """Clears the text of every menu of an account."""

    risk = Risk.MEDIUM
    max_rows: ClassVar[int | None] = 50

    account: int

    def statement(self, tables: Tables) -> Update:
        menus = tables["menus"]
        return update(menus).where(menus.c.account_id == self.account).values(title="")

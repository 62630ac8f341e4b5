"""The key that others find the row by is rewritten."""

from sqlalchemy import Update, update

from bot.api import Risk, SqlAction, Tables

REFUSED = "An action does not change it"


class Attempt(SqlAction):
    """Give menu 13 another number."""

    risk = Risk.LOW

    def statement(self, tables: Tables) -> Update:
        return update(tables["menus"]).where(tables.key("menus") == 13).values(id=99)

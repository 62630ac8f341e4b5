"""A listed name in a schema of somebody's own."""

from sqlalchemy import Update, func, update

from bot.api import Risk, SqlAction, Tables

REFUSED = r"The function lower\(\) is not on the list"


class Attempt(SqlAction):
    """Call evil.lower()."""

    risk = Risk.LOW

    def statement(self, tables: Tables) -> Update:
        return update(tables["menus"]).where(tables.key("menus") == 13).values(title=func.evil.lower("x"))

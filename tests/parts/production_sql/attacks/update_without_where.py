"""An update of every row."""

from sqlalchemy import Update, update

from bot.api import Risk, SqlAction, Tables

REFUSED = "does not say which rows"


class Attempt(SqlAction):
    """Make all menus free."""

    risk = Risk.LOW

    def statement(self, tables: Tables) -> Update:
        return update(tables["menus"]).values(price=0)

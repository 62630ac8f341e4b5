"""An update of every row."""

from sqlalchemy import Update, update

from bot.fixes.model import Risk, SqlAction
from bot.fixes.tables import Tables

REFUSED = "unbounded"


class Attempt(SqlAction):
    """Make all menus free."""

    risk = Risk.LOW

    def statement(self, tables: Tables) -> Update:
        return update(tables["menus"]).values(price=0)

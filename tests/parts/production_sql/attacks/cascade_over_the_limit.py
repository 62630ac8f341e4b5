"""One row that takes more with it than a run may change."""

from sqlalchemy import Delete, delete

from bot.api import Risk, SqlAction, Tables

REFUSED = "more than 3 rows would change"
TARGET = {"row_limit": 3}


class Attempt(SqlAction):
    """Delete menu 13 with all that hangs on it."""

    risk = Risk.LOW

    def statement(self, tables: Tables) -> Delete:
        return delete(tables["menus"]).where(tables.key("menus") == 13)

"""More hangs on the row than was approved."""

from sqlalchemy import Delete, delete

from bot.api import Risk, SqlAction, Tables

MEANWHILE = "INSERT INTO item_photos VALUES (77, 2)"
LAPSED = r"item_photos \(id 77\) is new"


class Attempt(SqlAction):
    """Delete menu 13."""

    risk = Risk.LOW

    def statement(self, tables: Tables) -> Delete:
        return delete(tables["menus"]).where(tables.key("menus") == 13)

"""More rows than the action says it may touch."""

from sqlalchemy import Delete, delete

from bot.api import Risk, SqlAction, Tables

REFUSED = "More than 1 rows of menu_items match"


class Attempt(SqlAction):
    """Delete the items of a menu."""

    risk = Risk.LOW
    max_rows = 1

    def statement(self, tables: Tables) -> Delete:
        return delete(tables["menu_items"]).where(tables["menu_items"].c.menu_id == 13)

"""SQL as text in front of the statement."""

from sqlalchemy import Delete, delete

from bot.api import Risk, SqlAction, Tables

REFUSED = "more than values and a WHERE"


class Attempt(SqlAction):
    """Delete everything first."""

    risk = Risk.LOW

    def statement(self, tables: Tables) -> Delete:
        return delete(tables["menus"]).where(tables.key("menus") == 13).prefix_with("FROM menus; DELETE")

"""SQL as text beside an honest condition."""

from sqlalchemy import Delete, delete, text

from bot.api import Risk, SqlAction, Tables

REFUSED = "raw SQL"


class Attempt(SqlAction):
    """Delete by key, or everything."""

    risk = Risk.LOW

    def statement(self, tables: Tables) -> Delete:
        key = tables.key("menus")
        return delete(tables["menus"]).where((key == 13) & text("true) OR (true"))

"""SQL as text in the WHERE."""

from sqlalchemy import Delete, delete, text

from bot.api import Risk, SqlAction, Tables

REFUSED = "raw SQL"


class Attempt(SqlAction):
    """Delete by text."""

    risk = Risk.LOW

    def statement(self, tables: Tables) -> Delete:
        return delete(tables["menus"]).where(text("1 = 1"))

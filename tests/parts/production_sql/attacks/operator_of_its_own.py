"""SQL as text, dressed as an operator."""

from sqlalchemy import Delete, delete

from bot.api import Risk, SqlAction, Tables

REFUSED = "The operator .* is not on the list"


class Attempt(SqlAction):
    """Delete by an operator made up."""

    risk = Risk.LOW

    def statement(self, tables: Tables) -> Delete:
        key = tables.key("menus")
        return delete(tables["menus"]).where(key == 13, key.op("= 1 OR 1 =")(1))

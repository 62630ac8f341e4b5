"""A second table in a subquery."""

from sqlalchemy import Delete, delete, select

from bot.api import Risk, SqlAction, Tables

REFUSED = "not allowed"


class Attempt(SqlAction):
    """Delete the menus of whoever has this password."""

    risk = Risk.LOW
    max_rows = 5

    def statement(self, tables: Tables) -> Delete:
        owners = select(tables["accounts"].c.id)
        return delete(tables["menus"]).where(tables["menus"].c.account_id.in_(owners))

"""A WHERE that names the key and says nothing."""

from sqlalchemy import Delete, delete, or_, true

from bot.api import Risk, SqlAction, Tables

REFUSED = "does not say which rows"


class Attempt(SqlAction):
    """Delete menu 13, or any."""

    risk = Risk.LOW

    def statement(self, tables: Tables) -> Delete:
        key = tables.key("menus")
        return delete(tables["menus"]).where(or_(key == 13, true()))

"""The row changes between the approval and the run."""

from sqlalchemy import Delete, delete

from bot.api import Risk, SqlAction, Tables

MEANWHILE = "UPDATE menus SET title = 'Somebody is working on this' WHERE id = 13"
LAPSED = "title changed"


class Attempt(SqlAction):
    """Delete menu 13."""

    risk = Risk.LOW

    def statement(self, tables: Tables) -> Delete:
        return delete(tables["menus"]).where(tables.key("menus") == 13)

"""A second change in front of an honest one."""

from sqlalchemy import Delete, delete

from bot.api import Risk, SqlAction, Tables

REFUSED = "more than values and a WHERE"


class Attempt(SqlAction):
    """Delete one menu, and all notes."""

    risk = Risk.LOW

    def statement(self, tables: Tables) -> Delete:
        all_notes = delete(tables["notes"]).cte("all_notes")
        return delete(tables["menus"]).where(tables.key("menus") == 13).add_cte(all_notes)

"""An insert that reads another table."""

from sqlalchemy import Insert, insert, select

from bot.api import Risk, SqlAction, Tables

REFUSED = "inserts one row"


class Attempt(SqlAction):
    """Copy passwords into notes."""

    risk = Risk.LOW

    def statement(self, tables: Tables) -> Insert:
        accounts = tables["accounts"]
        return insert(tables["notes"]).from_select(["id", "said"], select(accounts.c.id, accounts.c.password))

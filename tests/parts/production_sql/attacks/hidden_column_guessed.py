"""A hidden column in the WHERE: the count alone would tell whether a guess is right."""

from sqlalchemy import Delete, delete

from bot.api import Risk, SqlAction, Tables

REFUSED = "accounts.password is hidden"


class Attempt(SqlAction):
    """Delete the account with this password."""

    risk = Risk.LOW
    max_rows = 5

    def statement(self, tables: Tables) -> Delete:
        return delete(tables["accounts"]).where(tables["accounts"].c.password.like("hunter%"))

"""A hidden column is copied into one that is shown."""

from sqlalchemy import Update, update

from bot.api import Risk, SqlAction, Tables

REFUSED = "accounts.password is hidden"


class Attempt(SqlAction):
    """Set the plan to the password."""

    risk = Risk.LOW

    def statement(self, tables: Tables) -> Update:
        accounts = tables["accounts"]
        return update(accounts).where(accounts.c.id == 1).values(plan=accounts.c.password)

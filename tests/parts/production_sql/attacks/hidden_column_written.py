"""A hidden column is set."""

from sqlalchemy import Update, update

from bot.api import Risk, SqlAction, Tables

REFUSED = "accounts.password is hidden"


class Attempt(SqlAction):
    """Set a password."""

    risk = Risk.LOW

    def statement(self, tables: Tables) -> Update:
        return update(tables["accounts"]).where(tables.key("accounts") == 1).values(password="owned")

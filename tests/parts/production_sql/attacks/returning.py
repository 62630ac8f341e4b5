"""RETURNING, to read what is hidden."""

from typing import Any

from sqlalchemy import delete

from bot.api import Risk, SqlAction, Tables

REFUSED = "more than values and a WHERE"


class Attempt(SqlAction):
    """Delete an account and return its password."""

    risk = Risk.LOW

    def statement(self, tables: Tables) -> Any:
        accounts = tables["accounts"]
        return delete(accounts).where(accounts.c.id == 1).returning(accounts.c.password)

"""An open table's name, described by hand to reach a column that is hidden."""

from sqlalchemy import Column, Integer, MetaData, String, Table, Update, update

from bot.api import Risk, SqlAction, Tables

REFUSED = "is not open to actions"


class Attempt(SqlAction):
    """Set a password."""

    risk = Risk.LOW

    def statement(self, tables: Tables) -> Update:
        mine = Table("accounts", MetaData(), Column("id", Integer, primary_key=True), Column("password", String))
        return update(mine).where(mine.c.id == 1).values(password="owned")

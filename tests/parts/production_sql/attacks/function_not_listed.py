"""A function that does more than compute."""

from sqlalchemy import Update, func, update

from bot.api import Risk, SqlAction, Tables

REFUSED = r"The function pg_read_file\(\) is not on the list"


class Attempt(SqlAction):
    """Read the server's files."""

    risk = Risk.LOW

    def statement(self, tables: Tables) -> Update:
        return update(tables["menus"]).where(tables.key("menus") == 13).values(title=func.pg_read_file("/etc/passwd"))

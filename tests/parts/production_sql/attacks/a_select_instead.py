"""Something that is no change at all."""

from typing import Any

from sqlalchemy import text

from bot.api import Risk, SqlAction, Tables

REFUSED = "one insert, update or delete"


class Attempt(SqlAction):
    """Drop a table."""

    risk = Risk.LOW

    def statement(self, tables: Tables) -> Any:
        return text("DROP TABLE menus")

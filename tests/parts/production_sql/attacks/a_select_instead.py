"""Something that is no change at all."""

from typing import Any

from sqlalchemy import text

from bot.production.action import Risk, SqlAction
from bot.production.tables import Tables

REFUSED = "one insert, update or delete"


class Attempt(SqlAction):
    """Drop a table."""

    risk = Risk.LOW

    def statement(self, tables: Tables) -> Any:
        return text("DROP TABLE menus")

"""Other parameters are run than were approved."""

from sqlalchemy import Delete, delete

from bot.api import Risk, SqlAction, Tables

VALUES = {"id": "13"}
RUN_VALUES = {"id": "14"}
LAPSED = "not as previewed"
TARGET = {
    "tables": {"menu_items": "id", "menus": "id", "item_photos": "id", "notes": "id", "orders": "id", "visits": "id"}
}


class Attempt(SqlAction):
    """Delete a menu."""

    risk = Risk.LOW

    id: int

    def statement(self, tables: Tables) -> Delete:
        return delete(tables["menus"]).where(tables.key("menus") == self.id)

"""What there is to choose from."""

from typing import Any

from sqlalchemy import Select, select

from bot.api import Look, Tables


class AllMenus(Look):
    """Menus, by their title."""

    def query(self, tables: Tables) -> Select[Any]:
        return select(tables.column("menus", "id"), tables.column("menus", "title")).order_by(tables.key("menus"))

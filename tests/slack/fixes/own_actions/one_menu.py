"""What the error itself points at."""

from typing import Any, ClassVar

from sqlalchemy import Select, select

from bot.api import Look, Tables


class OneMenu(Look):
    """One menu."""

    from_facts: ClassVar = {"id": ("metaData.crud.id",)}

    id: int

    def query(self, tables: Tables) -> Select[Any]:
        return select(tables.column("menus", "title")).where(tables.key("menus") == self.id)

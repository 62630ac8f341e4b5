"""An expression that compiles to whatever its author likes."""

from typing import Any

from sqlalchemy import Delete, Integer, delete
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ColumnElement

from bot.api import Risk, SqlAction, Tables

REFUSED = "raw SQL"


class Anything(ColumnElement[int]):
    type = Integer()
    inherit_cache = True


@compiles(Anything)
def _anything(*_: Any, **__: Any) -> str:
    return "13 OR 1 = 1"


class Attempt(SqlAction):
    """Delete menu 13, or all of them."""

    risk = Risk.LOW

    def statement(self, tables: Tables) -> Delete:
        return delete(tables["menus"]).where(tables.key("menus") == Anything())

"""A value's type that rewrites the SQL around it."""

from typing import Any

from sqlalchemy import Delete, bindparam, delete, func
from sqlalchemy.types import Integer, TypeDecorator

from bot.api import Risk, SqlAction, Tables

REFUSED = "column type of its own making"


class Sly(TypeDecorator[int]):
    impl = Integer
    cache_ok = True

    def bind_expression(self, bindvalue: Any) -> Any:
        return func.pg_sleep(bindvalue)


class Attempt(SqlAction):
    """Delete menu 13 in its own time."""

    risk = Risk.LOW

    def statement(self, tables: Tables) -> Delete:
        return delete(tables["menus"]).where(tables.key("menus") == bindparam("k", 13, type_=Sly()))

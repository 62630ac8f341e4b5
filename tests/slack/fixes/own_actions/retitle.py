"""A parameter that is chosen from what is there."""

from typing import Annotated, ClassVar

from pydantic import Field
from sqlalchemy import Update, update

from bot.api import FromLook, Risk, SqlAction, Tables


class Retitle(SqlAction):
    """Gives one menu another title."""

    risk = Risk.LOW
    from_facts: ClassVar = {"title": ("metaData.wanted.title",)}

    id: Annotated[int, FromLook(look="all-menus", value="id", label="title"), Field(title="Menu")]
    title: str = Field(title="New title")

    def statement(self, tables: Tables) -> Update:
        return update(tables["menus"]).where(tables.key("menus") == self.id).values(title=self.title)

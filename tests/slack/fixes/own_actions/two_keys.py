"""Something that two other people must want."""

from sqlalchemy import Update, update

from bot.api import Risk, SqlAction, Tables


class TwoKeys(SqlAction):
    """Renames one menu; two others approve."""

    risk = Risk.HIGH

    id: str

    def statement(self, tables: Tables) -> Update:
        menus = tables["menus"]
        return update(menus).where(menus.c.id == tables.value(menus.c.id, self.id)).values(title="renamed")

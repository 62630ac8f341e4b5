"""The same statement, sent to another schema by an option."""

from sqlalchemy import Delete, delete

from bot.api import Risk, SqlAction, Tables

REFUSED = "more than values and a WHERE"


class Attempt(SqlAction):
    """Delete from somebody else's menus."""

    risk = Risk.LOW

    def statement(self, tables: Tables) -> Delete:
        chosen = delete(tables["menus"]).where(tables.key("menus") == 13)
        return chosen.execution_options(schema_translate_map={None: "other"})

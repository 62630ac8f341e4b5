"""SQL as text, dressed as a column."""

from sqlalchemy import ColumnClause, Update, literal_column, update

from bot.api import Risk, SqlAction, Tables

REFUSED = "raw SQL"


class Attempt(SqlAction):
    """Set the title to a subquery written by hand."""

    risk = Risk.LOW

    def statement(self, tables: Tables) -> Update:
        stolen: ColumnClause[str] = literal_column("(SELECT password FROM accounts LIMIT 1)")
        return update(tables["menus"]).where(tables.key("menus") == 13).values(title=stolen)

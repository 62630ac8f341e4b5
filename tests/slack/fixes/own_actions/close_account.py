"""An account is closed for good."""

from sqlalchemy import Update, update

from bot.api import Risk, SqlAction, Tables


class CloseAccount(SqlAction):
    """Closes one account."""

    risk = Risk.HIGH
    approvals = 1

    id: str

    def statement(self, tables: Tables) -> Update:
        accounts = tables["accounts"]
        return update(accounts).where(accounts.c.id == tables.value(accounts.c.id, self.id)).values(plan="closed")

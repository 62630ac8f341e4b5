"""More days for somebody who lost some to our bug. Adapt the table and column to your own database."""

from datetime import date

from pydantic import Field
from sqlalchemy import Update, update

from bot.api import Risk, SqlAction, Tables


class ExtendTrial(SqlAction):
    """Move the end of one account's trial.

    Takes the new last day rather than a number of days, so that running it twice gives nothing twice.
    """

    risk = Risk.LOW
    volatile = frozenset({"updated_at"})

    account: str = Field(description="The account's key", max_length=200)
    until: date = Field(description="The trial's new last day")

    def lock_key(self) -> str:
        return f"accounts/{self.account}"

    def statement(self, tables: Tables) -> Update:
        ends = tables.column("accounts", "trial_ends")
        until = tables.value(ends, self.until.isoformat())
        return update(tables["accounts"]).where(tables.row("accounts", self.account)).values({ends: until})

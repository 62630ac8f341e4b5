"""SQL in a parameter's text: it arrives as a value, and nothing else."""

from sqlalchemy import Delete, delete

from bot.api import Risk, SqlAction, Tables

REFUSED = "No row of notes matches"
VALUES = {"said": "call back' OR '1'='1'; DROP TABLE notes; --"}


class Attempt(SqlAction):
    """Delete notes by what they say."""

    risk = Risk.LOW
    max_rows = 5

    said: str

    def statement(self, tables: Tables) -> Delete:
        return delete(tables["notes"]).where(tables["notes"].c.said == self.said)

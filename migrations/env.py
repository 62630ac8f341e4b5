"""Alembic's entry: runs on the connection that `makegood migrate` (or the start) hands over."""

from alembic import context
from sqlalchemy import Connection

from bot.ledger.db.tables import metadata


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=False)
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])

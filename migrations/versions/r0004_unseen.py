"""Unseen: let the database find what was done without a second person and nobody else has seen."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("bugs", sa.Column("unseen", sa.Integer(), server_default="0", nullable=False))
    few = sa.text("unseen > 0")
    op.create_index("ix_bugs_team_unseen", "bugs", ["team", "number"], sqlite_where=few, postgresql_where=few)

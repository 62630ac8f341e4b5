"""Reverts: which merged pull request takes which back, whatever they name and whichever is told of first."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "reverts",
        sa.Column("team", sa.String(32), primary_key=True),
        sa.Column("pull", sa.String(120), primary_key=True),
        sa.Column("by", sa.String(120), primary_key=True),
    )

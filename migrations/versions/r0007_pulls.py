"""Pulls: which pull request names which bug, and how the checks of a commit stand."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "pulls",
        sa.Column("team", sa.String(32), primary_key=True),
        sa.Column("pull", sa.String(120), primary_key=True),
        sa.Column("bug", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("forge", sa.String(40), nullable=False),
        sa.Column("head", sa.String(80), nullable=False),
    )
    op.create_index("ix_pulls_team_head", "pulls", ["team", "forge", "head"])
    op.create_table(
        "checks",
        sa.Column("team", sa.String(32), primary_key=True),
        sa.Column("forge", sa.String(40), primary_key=True),
        sa.Column("head", sa.String(80), primary_key=True),
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("shown", sa.String(200), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("kept", sa.Float(), nullable=False),
    )
    op.create_index("ix_checks_team_kept", "checks", ["team", "kept"])

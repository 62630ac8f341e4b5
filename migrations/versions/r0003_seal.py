"""Seal: the running hash over all trails, and the index by which it finds what was written."""

import sqlalchemy as sa
from alembic import op

from bot.ledger.db.guards import ddl

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "seals",
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("bugs", sa.Integer(), nullable=False),
        sa.Column("seqs", sa.Text(), nullable=False),
        sa.Column("heads", sa.String(length=64), nullable=False),
        sa.Column("prev", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("team", "number", name=op.f("pk_seals")),
    )
    op.create_index("ix_bugs_team_touched", "bugs", ["team", "touched"], unique=False)
    for statement in ddl(op.get_bind().dialect.name, "seals"):
        op.execute(sa.text(statement))

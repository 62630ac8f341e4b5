"""Shape: each folded state says by which rules it was folded. From here on a migration only adds: the older version runs beside it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    # empty: no version folds by such rules, so each state is folded anew
    op.add_column("bugs", sa.Column("shape", sa.String(length=16), server_default="", nullable=False))
    op.add_column("workspaces", sa.Column("shape", sa.String(length=16), server_default="", nullable=False))
    op.create_index("ix_bugs_team_shape", "bugs", ["team", "shape", "number"])
    op.drop_index("ix_bugs_stale", table_name="bugs")
    op.drop_column("bugs", "found")

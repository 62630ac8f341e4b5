"""Home: let the database find what is open in its order, what is promised until when, and how many customers know."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("bugs", sa.Column("promised", sa.Float(), nullable=True))
    op.add_column("bugs", sa.Column("informed", sa.Integer(), server_default="0", nullable=False))
    _partial("ix_bugs_team_promised", ["team", "promised", "number"], "promised IS NOT NULL")
    _partial("ix_bugs_team_in_hand", ["team", "waits", "number"], "status IN ('open', 'claimed', 'fixed')")


def _partial(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "bugs", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))

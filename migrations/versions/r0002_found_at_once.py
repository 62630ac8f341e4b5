"""Let the database find what people ask for: whom a bug waits for, when it began, and what waits for a system that takes nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

COUNTED = ("asks", "told", "gave", "found")


def upgrade() -> None:
    op.add_column("bugs", sa.Column("began", sa.Float(), nullable=True))
    op.add_column("bugs", sa.Column("teller", sa.String(length=64), nullable=True))
    op.add_column("bugs", sa.Column("debtor", sa.String(length=64), nullable=True))
    for name in COUNTED:
        op.add_column("bugs", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    _index()


def _index() -> None:
    op.drop_index("ix_bugs_team_status", table_name="bugs")
    op.create_index("ix_bugs_team_status", "bugs", ["team", "status", "number"])
    op.create_index("ix_bugs_team_began", "bugs", ["team", "began", "touched", "gave"])
    _partial("ix_bugs_team_teller", "bugs", ["team", "teller", "number"], "teller IS NOT NULL")
    _partial("ix_bugs_team_debtor", "bugs", ["team", "debtor", "number"], "debtor IS NOT NULL")
    _partial("ix_bugs_team_asks", "bugs", ["team", "number"], "asks > 0")
    _partial("ix_bugs_team_told", "bugs", ["team", "number"], "told > 0")
    _partial("ix_bugs_stale", "bugs", ["team", "number"], "found <> seq")
    op.drop_index("ix_cursors_due", table_name="cursors")
    _partial("ix_cursors_due", "cursors", ["team", "sink", "due", "rank"], "due IS NOT NULL")
    _partial("ix_cursors_gave_up", "cursors", ["team", "sink", "bug"], "gave_up IS NOT NULL")
    _partial("ix_cursors_tried", "cursors", ["team", "sink", "bug"], "attempts >= 2")


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))

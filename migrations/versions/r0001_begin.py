"""Begin: the trail, its guards, the inbox, the cursors and the rows that span bugs."""

import sqlalchemy as sa
from alembic import op

from bot.ledger.db.guards import ddl, function

revision = "0001"
down_revision = None


def _trail() -> None:
    """The trail and what is folded from it."""
    op.create_table(
        "bugs",
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("touched", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("team", "number", name=op.f("pk_bugs")),
    )
    op.create_index("ix_bugs_team_status", "bugs", ["team", "status"], unique=False)
    op.create_table(
        "workspaces",
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("team", name=op.f("pk_workspaces")),
    )
    op.create_table(
        "entries",
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("bug", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=True),
        sa.Column("prev", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("team", "bug", "seq", name=op.f("pk_entries")),
        sa.UniqueConstraint("team", "key", name=op.f("uq_entries_team_key")),
    )


def _beside_the_trail() -> None:
    """What may go, what counts, and the daily anchors."""
    op.create_table(
        "private",
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("bug", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("expires", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("team", "bug", "seq", name=op.f("pk_private")),
    )
    op.create_table(
        "anchors",
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("bugs", sa.Integer(), nullable=False),
        sa.Column("seqs", sa.Text(), nullable=False),
        sa.Column("heads", sa.String(length=64), nullable=False),
        sa.Column("prev", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("team", "day", name=op.f("pk_anchors")),
    )
    op.create_table(
        "counters",
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("team", "name", name=op.f("pk_counters")),
    )


def _flow() -> None:
    """What comes in, and what is on its way out."""
    op.create_table(
        "inbox",
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("due", sa.Float(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("team", "key", name=op.f("pk_inbox")),
    )
    op.create_index("ix_inbox_state_due", "inbox", ["state", "due"], unique=False)
    op.create_table(
        "cursors",
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("bug", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sink", sa.String(length=40), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("due", sa.Float(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease", sa.Float(), server_default="0", nullable=False),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("doubt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("gave_up", sa.Text(), nullable=True),
        sa.Column("external", sa.Text(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("team", "bug", "sink", name=op.f("pk_cursors")),
    )
    op.create_index("ix_cursors_due", "cursors", ["due", "rank"], unique=False)
    op.create_table(
        "budgets",
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("scope", sa.String(length=120), nullable=False),
        sa.Column("free_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("team", "scope", name=op.f("pk_budgets")),
    )
    op.create_table(
        "threads",
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("ts", sa.String(length=32), nullable=False),
        sa.Column("bug", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("team", "channel", "ts", name=op.f("pk_threads")),
    )


def _spans() -> None:
    """What spans bugs."""
    op.create_table(
        "conversations",
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("conversation", sa.String(length=300), nullable=False),
        sa.Column("bug", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("line", sa.String(length=32), server_default="", nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("team", "source", "conversation", name=op.f("pk_conversations")),
    )
    op.create_table(
        "groups",
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("group", sa.String(length=200), nullable=False),
        sa.Column("bug", sa.Integer(), nullable=True),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("alert", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("team", "source", "group", name=op.f("pk_groups")),
    )
    op.create_index("ix_groups_team_bug", "groups", ["team", "bug"], unique=False)
    op.create_table(
        "locks",
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("target", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("bug", sa.Integer(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("team", "target", "key", name=op.f("pk_locks")),
    )
    op.create_table(
        "spent",
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("cap", sa.String(length=160), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("team", "cap", name=op.f("pk_spent")),
    )


def _helped() -> None:
    """Which action worked against which kind of bug."""
    op.create_table(
        "helped",
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("bug", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("run", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("team", "bug", "run", name=op.f("pk_helped")),
    )
    op.create_index("ix_helped_team_kind", "helped", ["team", "kind", "action", "at"], unique=False)


def _flags() -> None:
    """Small values that may be lost."""
    op.create_table(
        "flags",
        sa.Column("team", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("team", "name", name=op.f("pk_flags")),
    )


def upgrade() -> None:
    _trail()
    _beside_the_trail()
    _flow()
    _spans()
    _helped()
    _flags()
    dialect = op.get_bind().dialect.name
    for statement in (*function(dialect), *ddl(dialect, "entries", "anchors")):
        op.execute(sa.text(statement))

"""Search: an index of words that follows the entries, and the columns by which lists find who has a bug and who waits longest."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

SQLITE = (
    "CREATE VIRTUAL TABLE search USING fts5(words, team UNINDEXED, bug UNINDEXED, "
    "tokenize = 'unicode61 remove_diacritics 0', detail = none, prefix = '2 3')"
)
"""Words arrive cut, without accents and in small letters, so that both databases find the same."""


def upgrade() -> None:
    op.add_column("bugs", sa.Column("owner", sa.String(length=64), nullable=True))
    op.add_column("bugs", sa.Column("waits", sa.Float(), nullable=True))
    op.add_column("bugs", sa.Column("searched", sa.Integer(), server_default="0", nullable=False))
    _partial("ix_bugs_team_owner", ["team", "owner", "number"], "owner IS NOT NULL")
    _partial("ix_bugs_team_waits", ["team", "waits", "number"], "waits IS NOT NULL")
    _partial("ix_bugs_unsearched", ["team", "number"], "searched <> seq")
    if op.get_bind().dialect.name == "sqlite":
        op.execute(sa.text(SQLITE))
    else:
        op.execute(
            sa.text(
                "CREATE TABLE search (team varchar(32), bug integer, words tsvector NOT NULL, PRIMARY KEY (team, bug))"
            )
        )
        op.execute(sa.text("CREATE INDEX ix_search_words ON search USING gin (words)"))


def _partial(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "bugs", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))

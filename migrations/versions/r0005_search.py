"""Search: an index of words that follows the entries, and the columns by which lists find who has a bug and who waits longest."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.ledger import codec
from bot.ledger.index.facets import facets

revision = "0005"
down_revision = "0004"

NEW = ("owner", "waits")
AT_ONCE = 1000
SQLITE = (
    "CREATE VIRTUAL TABLE search USING fts5(words, team UNINDEXED, bug UNINDEXED, "
    "tokenize = 'unicode61 remove_diacritics 0', detail = none, prefix = '2 3')"
)
"""Words arrive cut, without accents and in small letters, so that both databases find the same."""


def upgrade() -> None:
    op.add_column("bugs", sa.Column("owner", sa.String(length=64), nullable=True))
    op.add_column("bugs", sa.Column("waits", sa.Float(), nullable=True))
    op.add_column("bugs", sa.Column("searched", sa.Integer(), server_default="0", nullable=False))
    _fill(op.get_bind())
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


def _fill(connection: sa.Connection) -> None:
    """As the bugs' states say."""
    bugs = sa.table("bugs", *(sa.column(name) for name in ("team", "number", "state", *NEW)))
    this = (bugs.c.team == sa.bindparam("of_team"), bugs.c.number == sa.bindparam("of_number"))
    change = sa.update(bugs).where(*this).values({name: sa.bindparam(name) for name in NEW})
    for rows in _all(connection, bugs):
        connection.execute(change, [_found(row) for row in rows])


def _all(connection: sa.Connection, bugs: sa.TableClause) -> Iterator[list[Any]]:
    """In portions, so that none holds all states at once."""
    place = sa.tuple_(bugs.c.team, bugs.c.number)
    query = sa.select(bugs.c.team, bugs.c.number, bugs.c.state).order_by(bugs.c.team, bugs.c.number).limit(AT_ONCE)
    rows = list(connection.execute(query))
    while rows:
        yield rows
        last = sa.tuple_(sa.literal(rows[-1].team), sa.literal(rows[-1].number))
        rows = list(connection.execute(query.where(place > last)))


def _found(row: Any) -> dict[str, Any]:
    known = facets(codec.load_bug(row.state))
    return {"of_team": row.team, "of_number": row.number, **{name: known[name] for name in NEW}}


def _partial(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "bugs", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))

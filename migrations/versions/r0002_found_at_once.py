"""Let the database find what people ask for: whom a bug waits for, when it began, and what waits for a system that takes nothing."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.ledger import codec
from bot.ledger.index.facets import facets

revision = "0002"
down_revision = "0001"

NEW = ("began", "teller", "debtor", "asks", "told", "gave", "found")
AT_ONCE = 1000


def upgrade() -> None:
    op.add_column("bugs", sa.Column("began", sa.Float(), nullable=True))
    op.add_column("bugs", sa.Column("teller", sa.String(length=64), nullable=True))
    op.add_column("bugs", sa.Column("debtor", sa.String(length=64), nullable=True))
    for name in NEW[3:]:
        op.add_column("bugs", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    _fill(op.get_bind())
    _index()


def _fill(connection: sa.Connection) -> None:
    """As the bugs' states say."""
    columns = ["team", "number", "state", *NEW]
    bugs = sa.table("bugs", *(sa.column(name) for name in columns))
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

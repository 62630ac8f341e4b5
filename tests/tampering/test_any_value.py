"""Whatever stands in a column of the trail: `makegood trail verify` says what is wrong in a sentence, and never ends otherwise."""

import pytest
from sqlalchemy import Column

from bot.bug.errors import TrailBroken
from bot.ledger.db.tables import anchors, bugs, entries, private, seals, workspaces
from bot.ledger.ledger import Ledger
from bot.ledger.verify import verify
from tests.support.stores import sql
from tests.tampering.rewriting import without_guards

CHECKED = [
    *(bugs.c[name] for name in ("team", "number", "seq", "head")),
    *(column for column in workspaces.c if column.name != "shape"),
    *entries.c,
    *(private.c[name] for name in ("team", "bug", "seq", "salt", "body")),
    *anchors.c,
    *seals.c,
]
"""SQLite takes any value in any column. A bug's state and the time at which something was touched or expires are not hashed.

A shape only says whether a state is believed: with any other one it is folded anew from the entries.
"""
VALUES = ("'nothing'", "''", "x'ff00'", "1.5", "-1", "'[1]'", "'{ }'", "'null'")
MOVED = {"team", "bug"}
"""Where a private row is of another trail then."""


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("column", CHECKED, ids=str)
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_any_value_in_any_column_is_found_in_a_sentence(
    ledger: Ledger, column: "Column[object]", value: str
) -> None:
    first = f"rowid = (SELECT min(rowid) FROM {column.table.name} WHERE team = 'T0LOCAL')"
    change = f'UPDATE OR IGNORE {column.table.name} SET "{column.name}" = {value} WHERE {first}'
    await sql(ledger.db, *without_guards(sqlite=True), change)
    if (
        column.table is private and column.name in MOVED
    ):  # a private row that is not there was deleted, which anybody may
        await verify(ledger)
        return
    with pytest.raises(TrailBroken, match=r"^[A-Z].*\.$"):
        await verify(ledger)
